/**
 * The messages of one conversation as far as they are loaded: from `oldestSeq` to the newest, without holes. Each message
 * is kept in its newest version, whichever way and however often it comes.
 */
import type { DeletedMessage, Message, MessageStatusChange } from '../../shared/contract/wire.ts';
export interface MessageList {
    /** By seq. */
    all(): Message[];
    /** Takes what belongs into the loaded part; true when that changed anything. */
    put(messages: readonly (Message | DeletedMessage)[]): boolean;
    /** A page that ends right below what is loaded, or starts the list. */
    putOlder(messages: readonly Message[], hasOlder: boolean): void;
    applyStatus(change: MessageStatusChange): boolean;
    remove(id: string): boolean;
    /** Messages up to this seq are deleted for the user. */
    clear(upToSeq: number): boolean;
    oldestSeq(): number | undefined;
    hasOlder(): boolean;
}
export declare function createMessageList(): MessageList;
/** After a receipt. Each of the messages that it names has a version of its own. */
export declare function withStatus(message: Message, change: MessageStatusChange): Message;
