import type { ChatClientOptions } from './types.ts';
export interface Tokens {
    get(): Promise<string>;
    /** A fresh one, after the server refused `refused`; several callers share one request. */
    refresh(refused: string): Promise<string>;
}
/** Rejects with code `token` when the app's source throws, gives nothing, or stays silent. */
export declare function createTokens(getToken: ChatClientOptions['getToken']): Tokens;
