import type { Tokens } from './tokens.ts';
export interface Call {
    method: string;
    /** Below the base path, with its query. */
    path: string;
    body?: unknown;
    /** Seconds to wait until the change is stored. */
    waitSeconds?: number;
}
export interface Page {
    nextCursor?: string | null;
    hasMore?: boolean;
    nextBefore?: number | null;
    nextAfter?: number;
    clearedSeq?: number;
}
export interface Answer<Data> {
    data: Data;
    page: Page;
}
/** One request to the REST API. Rejects with a ChatError, whatever goes wrong. */
export type Api = <Data>(call: Call) => Promise<Answer<Data>>;
export interface RawAnswer {
    status: number;
    text: string;
    /** As the header has it. */
    retryAfter: string | null;
}
/** Does with a token what `send` does, and once more with a fresh one when the server refuses the first. */
export declare function withToken(tokens: Tokens, send: (token: string) => Promise<RawAnswer>): Promise<RawAnswer>;
export declare function createApi(apiUrl: string, tokens: Tokens, fetchIt: typeof fetch): Api;
/** The data of a success; throws what the answer means otherwise. */
export declare function readAnswer<Data>({ status, text, retryAfter }: RawAnswer): Answer<Data>;
