import type { CommandOf } from '../contract/commands.ts'
import type { LimitName, Limits } from './create-limits.ts'
import type { KnownPairs } from './known-pairs.ts'
import type { Quota } from './token-bucket.ts'

export interface SendLimits {
  limits: Limits
  pairs: KnownPairs
}

/** Where it counts that a conversation is new: by who can ask whether it is, or by who cannot. */
export type Beginning = Extract<LimitName, 'newConversations' | 'unseenConversations'>

/**
 * Takes one message from what a user may send, in all and to this recipient, and a new conversation where this process knows
 * of none. Gives the quota that is nearer to its end. Throws a ProblemError 429.
 */
export function takeSend(
  deps: SendLimits,
  { userId, conversationId, data: { recipientId } }: CommandOf<'message.send'>,
  beginning: Beginning,
): Quota | undefined {
  const all = deps.limits.take('sends', userId)
  const toOne = deps.limits.take('sendsToOne', `${userId}>${recipientId}`)
  takeConversation(deps, userId, conversationId, beginning)
  return toOne && (!all || toOne.remaining < all.remaining) ? toOne : all
}

export function takeConversation(
  { limits, pairs }: SendLimits,
  userId: number,
  conversationId: string,
  beginning: Beginning,
): void {
  if (pairs.has(conversationId)) return
  limits.take(beginning, userId)
  pairs.add(conversationId)
}
