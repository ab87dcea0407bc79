import type { CommandOf } from '../contract/commands.ts'
import type { Limits } from './create-limits.ts'
import type { KnownPairs } from './known-pairs.ts'
import type { Quota } from './token-bucket.ts'

export interface SendLimits {
  limits: Limits
  pairs: KnownPairs
}

/**
 * Takes one message from what a user may send, in all and to this recipient, and a new conversation where this process knows
 * of none. Gives the quota that is nearer to its end. Throws a ProblemError 429.
 */
export function takeSend(
  deps: SendLimits,
  { userId, conversationId, data: { recipientId } }: CommandOf<'message.send'>,
): Quota | undefined {
  const all = deps.limits.take('sends', userId)
  const toOne = deps.limits.take('sendsToOne', `${userId}>${recipientId}`)
  takeConversation(deps, userId, conversationId)
  return toOne && (!all || toOne.remaining < all.remaining) ? toOne : all
}

export function takeConversation(
  { limits, pairs }: SendLimits,
  userId: number,
  conversationId: string,
): void {
  if (pairs.has(conversationId)) return
  limits.take('newConversations', userId)
  pairs.add(conversationId)
}
