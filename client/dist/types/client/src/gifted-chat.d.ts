/** Messages in the shape of react-native-gifted-chat, without depending on it. */
import type { ChatMessage, ChatUser } from './types.ts';
export interface GiftedChatMessage {
    _id: string;
    text: string;
    createdAt: Date;
    user: {
        _id: number;
        name?: string;
        avatar?: string;
    };
    image?: string;
    video?: string;
    audio?: string;
    sent?: boolean;
    received?: boolean;
    pending?: boolean;
    /** Why it failed; not gifted-chat's own, for a custom ticks or bubble renderer. */
    failure?: string;
}
/** Newest first, as GiftedChat wants them; it draws one tick for `sent` and a second for `received`. */
export declare function toGiftedChat(messages: readonly ChatMessage[], users: readonly ChatUser[]): GiftedChatMessage[];
