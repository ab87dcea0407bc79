/** React hooks, for React Native and React DOM alike. All they do is to watch the client's stores. */
import { useSyncExternalStore } from 'react'
import type { ChatClient } from './chat-client.ts'
import type { ConnectionState, ConversationListSnapshot, ConversationSnapshot, Readable } from './types.ts'

function useReadable<Value>({ subscribe, getSnapshot }: Readable<Value>): Value {
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
}

/** The user's conversations; loads the newest page when it is first used. */
export function useConversations(client: ChatClient): ConversationListSnapshot {
  return useReadable(client.conversations.list)
}

/** One conversation with its messages; loads the newest page when it is first used. */
export function useConversation(client: ChatClient, conversationId: string): ConversationSnapshot {
  return useReadable(client.conversation(conversationId))
}

/** Whether the client is online, and if not, why. */
export function useConnectionState(client: ChatClient): ConnectionState {
  return useReadable(client.connection)
}
