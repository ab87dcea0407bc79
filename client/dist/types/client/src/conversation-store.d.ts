/**
 * One conversation as a screen shows it. `version` tells whether anything was missed: what a frame brings is taken when it
 * follows what is known, else `changes` is asked for all that lies between.
 */
import type { Conversation, FrameData, Message } from '../../shared/contract/wire.ts';
import type { Api } from './api.ts';
import type { ChatMessage, ConversationSnapshot, Readable } from './types.ts';
export interface ConversationStore extends Readable<ConversationSnapshot> {
    readonly id: string;
    /** Loads the newest page unless it is there. Subscribing does it too. */
    load(): Promise<void>;
    loadOlder(): Promise<void>;
}
export interface FedConversationStore extends ConversationStore {
    isLoaded(): boolean;
    isWatched(): boolean;
    onMessage(message: Message): void;
    onStatus(change: FrameData['messageStatus']): void;
    onDeleted(deleted: FrameData['messageDeleted']): void;
    onTyping(isTyping: boolean): void;
    /** The conversation itself is known in a newer state; catches up when its version is ahead. */
    onConversation(conversation: Conversation): Promise<void>;
    remove(id: string): void;
    /** The conversation was deleted for the user; later messages still come. */
    clear(): void;
    /** Forgets everything; loads again when somebody looks. */
    reset(): Promise<void>;
    /** The outbox, or the conversation itself, changed. */
    changed(): void;
}
export interface ConversationStoreOptions {
    id: string;
    api: Api;
    findConversation(): Conversation | undefined;
    loadConversation(): Promise<Conversation>;
    /** What waits to be sent to the other user. */
    outgoing(): ChatMessage[];
    /** Of the server; called with everything that comes, for receipts and the outbox. */
    onMessages(messages: readonly Message[]): void;
}
export declare function createConversationStore(options: ConversationStoreOptions): FedConversationStore;
