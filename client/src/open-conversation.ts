import type { Conversation } from '../../shared/contract/wire.ts'
import { type Api, LONG_WAIT_SECONDS } from './api.ts'
import { ChatError } from './chat-error.ts'

/** The conversation with a user, made if need be. Rejects with code `timeout` while the server has only accepted that. */
export async function openConversation(api: Api, recipientId: number): Promise<Conversation> {
  const { data } = await api<Conversation | { id: string }>({
    method: 'POST',
    path: '/conversations',
    body: { recipientId },
    waitSeconds: LONG_WAIT_SECONDS,
  })
  if ('otherUser' in data) return data
  throw new ChatError('timeout', 'the server has not made the conversation yet; ask again')
}
