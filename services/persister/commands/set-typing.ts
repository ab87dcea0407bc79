/**
 * Takes in: that somebody types, or has stopped.
 * Guarantees: nothing is stored; what is late is dropped, for it is no longer true.
 * Gives out: `typing.changed` to the other participant.
 */
import { buildEvent } from '../../../shared/contract/events.ts'
import { deriveId } from '../../../shared/contract/identifiers.ts'
import type { LockedConversation } from '../../../shared/database/queries/lock-conversations.ts'
import { type Result, stored, type WorkOf } from '../work.ts'

const MAX_AGE_MS = 5_000

export function setTyping(
  { command }: WorkOf<'typing.set'>,
  conversation: LockedConversation | undefined,
): Result {
  const isLate = Date.now() - Date.parse(command.acceptedAt) > MAX_AGE_MS
  if (!conversation || isLate) return stored(command.conversationId, [])
  const { participant1_id, participant2_id } = conversation
  const event = buildEvent({
    id: deriveId('typing.changed', command.id),
    name: 'typing.changed',
    conversationId: conversation.id,
    time: command.acceptedAt,
    data: {
      audience: [participant1_id === command.userId ? participant2_id : participant1_id],
      conversationId: conversation.id,
      userId: command.userId,
      isTyping: command.data.isTyping,
    },
  })
  return stored(conversation.id, [event])
}
