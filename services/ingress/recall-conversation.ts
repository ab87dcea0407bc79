import { findConversationIdOfPair } from '../../shared/database/queries/find-conversation-of-pair.ts'
import type { IngressDeps } from './context.ts'
import { ifReachable } from './if-reachable.ts'

type RecallDeps = Pick<IngressDeps, 'db' | 'limits' | 'pairs'>

/**
 * A conversation that is old counts as new where this process has not seen it yet, which costs no look-up. Only for a user
 * who has no new conversation left the database is asked, so that those who write to many whom they know are not refused.
 */
export async function recallConversation(
  { db, limits, pairs }: RecallDeps,
  userId: number,
  recipientId: number,
  conversationId: string,
): Promise<void> {
  if (pairs.has(conversationId) || !limits.isExhausted('newConversations', userId)) return
  if (await ifReachable(findConversationIdOfPair(db, userId, recipientId))) pairs.add(conversationId)
}
