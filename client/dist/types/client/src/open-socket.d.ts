import type { FrameData } from '../../shared/contract/wire.ts';
import { ChatError } from './chat-error.ts';
export type FrameType = keyof FrameData;
/** A frame of the server, told apart by its `type`. */
export type Frame = {
    [Type in FrameType]: {
        type: Type;
        data: FrameData[Type];
        requestId?: string;
    };
}[FrameType];
export interface OpenSocket {
    /** Resolves with the reason when the socket is closed, by whomever. */
    closed: Promise<ChatError>;
    send(action: string, data?: unknown): void;
    close(error?: ChatError): void;
    /** Pings, and closes a socket that brings no frame at all in time. Resolves with whether it lives. */
    prove(timeoutMs: number): Promise<boolean>;
}
/** Resolves when the socket is open; rejects with code `socket` when it does not open in time. */
export declare function openSocket(url: string, WebSocketOf: typeof WebSocket, onFrame: (frame: Frame) => void): Promise<OpenSocket>;
