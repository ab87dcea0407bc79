/** The user's conversations as far as they are loaded: the newest pages, and whatever is written in. */
import type { Conversation, FrameData, Message } from '../../shared/contract/wire.ts';
import type { Api } from './api.ts';
import type { ConversationListSnapshot, Readable } from './types.ts';
export interface ConversationList extends Readable<ConversationListSnapshot> {
    /** Loads the newest page unless it is there. Subscribing does it too. */
    load(): Promise<void>;
    loadMore(): Promise<void>;
    /** The archived ones, all of them. */
    loadArchived(): Promise<void>;
}
export interface FedConversationList extends ConversationList {
    find(id: string): Conversation | undefined;
    findByUser(userId: number): Conversation | undefined;
    /** Asks the server for one and takes it in. */
    fetch(id: string): Promise<Conversation>;
    put(conversation: Conversation): void;
    remove(id: string): void;
    onMessage(message: Message): void;
    onStatus(change: FrameData['messageStatus']): void;
    /** Everything that is loaded, anew from the server. Gives what it has now. */
    refresh(): Promise<Conversation[]>;
}
export declare function createConversationList(api: Api, isMine: (userId: number) => boolean): FedConversationList;
