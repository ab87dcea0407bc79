/**
 * Messages on their way. Each lies in the storage under its own key until the server has stored it or the user gives it
 * up, so that it survives a restart and tabs do not overwrite each other's. To one recipient they are sent one after the
 * other, with the same id until the server accepts it; the id makes sending again harmless.
 */
import type { FrameData, Message } from '../../shared/contract/wire.ts';
import type { Api } from './api.ts';
import { type ChatError } from './chat-error.ts';
import type { ChatMessage, ChatStorage, MessageContent, SentMessage } from './types.ts';
export interface OutboxOptions {
    api: Api;
    storage: ChatStorage;
    /** Resolves once it is known; keys of the storage carry it. */
    userId: Promise<number>;
    /** Something about the messages to this user changed. */
    onChange(recipientId: number): void;
    /** The server gave the stored message as the answer. */
    onStored(message: Message): void;
    onFailed(message: ChatMessage): void;
    onError(error: ChatError): void;
}
export interface Outbox {
    send(recipientId: number, conversationId: string | null, content: MessageContent): SentMessage;
    /** What waits or failed, oldest first. */
    messagesTo(recipientId: number): ChatMessage[];
    /** The server has stored the message. */
    confirm(message: Message): void;
    fail(failed: FrameData['messageFailed']): void;
    /** Sends a failed message again, under a new id: the queue drops a failed one that comes again as it was. */
    retry(id: string): SentMessage | undefined;
    /** Gives a message up; one that the server has accepted already may arrive all the same. */
    discard(id: string): void;
    /** The server can be reached again: sends now. */
    wake(): void;
    /** News may have been missed: asks for everything that was accepted without a sign so far. */
    confirmAccepted(): void;
    close(): void;
}
export declare function createOutbox(options: OutboxOptions): Outbox;
