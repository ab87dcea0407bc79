import { findConversationIdOfPair } from '../../shared/database/queries/find-conversation-of-pair.ts'
import type { IngressDeps } from './context.ts'
import { ifReachable } from './if-reachable.ts'

type RecallDeps = Pick<IngressDeps, 'db' | 'limits' | 'pairs'>

/** Of the new conversations that a user may begin, what old ones take nothing of. */
const KEPT_FOR_NEW = 1 / 2

/**
 * A conversation that is old counts as new where this process has not seen it yet, which costs no look-up. Only for a user
 * who has less than half of his new conversations left the database is asked: who writes to many whom he knows is not
 * refused, may still begin new ones, and is not told to other processes as one who writes to strangers.
 */
export async function recallConversation(
  { db, limits, pairs }: RecallDeps,
  userId: number,
  recipientId: number,
  conversationId: string,
): Promise<void> {
  if (pairs.has(conversationId) || limits.hasLeft('newConversations', userId, KEPT_FOR_NEW)) return
  if (await ifReachable(findConversationIdOfPair(db, userId, recipientId))) pairs.add(conversationId)
}
