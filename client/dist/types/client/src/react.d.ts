import type { ChatClient } from './chat-client.ts';
import type { ConnectionState, ConversationListSnapshot, ConversationSnapshot } from './types.ts';
/** The user's conversations; loads the newest page when it is first used. */
export declare function useConversations(client: ChatClient): ConversationListSnapshot;
/** One conversation with its messages; loads the newest page when it is first used. */
export declare function useConversation(client: ChatClient, conversationId: string): ConversationSnapshot;
/** Whether the client is online, and if not, why. */
export declare function useConnectionState(client: ChatClient): ConnectionState;
