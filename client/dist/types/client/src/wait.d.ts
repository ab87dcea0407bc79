/** Full jitter: anything between nothing and a limit that doubles with each attempt. */
export declare function backoffMs(attempt: number, baseMs: number, capMs: number): number;
export interface Waiter {
    /** Resolves with whether it was woken before its time. */
    wait(ms: number): Promise<boolean>;
    /** Ends every wait at once. */
    wake(): void;
}
export declare function createWaiter(): Waiter;
/** Rejects with `timeout()` when the promise takes longer. */
export declare function within<Value>(ms: number, promise: Promise<Value>, timeout: () => Error): Promise<Value>;
