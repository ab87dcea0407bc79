import { type Frame } from './open-socket.ts';
import type { Tokens } from './tokens.ts';
import type { ConnectionState, Readable } from './types.ts';
export interface ConnectionOptions {
    wsUrl: string;
    tokens: Tokens;
    WebSocket: typeof WebSocket;
    onFrame(frame: Frame): void;
    /** Fetches what was missed; rejects with a ChatError when the server cannot be asked. */
    catchUp(): Promise<void>;
}
export interface Connection extends Readable<ConnectionState> {
    connect(): void;
    disconnect(): void;
    /** Something changed (network, foreground): tries at once, or finds out whether the open socket still speaks. */
    check(): void;
    /** False when no socket is open and nothing was sent. */
    send(action: string, data: unknown): boolean;
}
export declare function createConnection(options: ConnectionOptions): Connection;
