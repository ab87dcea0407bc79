/** Calls `check` when a browser says that the network is back or the page is looked at again. Returns how to stop. */
export declare function watchPlatform(check: () => void): () => void;
