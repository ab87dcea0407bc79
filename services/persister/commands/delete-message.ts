/**
 * Takes in: one user's wish to delete a message for themselves.
 * Guarantees: the other user keeps it; the deletion takes one version, once.
 * Gives out: `message.deleted` to the one who deleted it.
 */
import type { Transaction } from 'kysely'
import { buildEvent } from '../../../shared/contract/events.ts'
import { deriveId } from '../../../shared/contract/identifiers.ts'
import { deleteMessage as deleteRow } from '../../../shared/database/queries/delete-message.ts'
import { findMessages } from '../../../shared/database/queries/find-messages.ts'
import type { LockedConversation } from '../../../shared/database/queries/lock-conversations.ts'
import type { Database } from '../../../shared/database/schema.ts'
import { PermanentError } from '../../../shared/errors.ts'
import { type Result, refused, stored, type WorkOf } from '../work.ts'

export async function deleteMessage(
  trx: Transaction<Database>,
  { command, redelivered }: WorkOf<'message.delete'>,
  conversation: LockedConversation,
): Promise<Result> {
  const { messageId } = command.data
  const conversationId = conversation.id
  const deleted = await deleteRow(trx, {
    messageId,
    conversationId,
    userId: command.userId,
    at: command.acceptedAt,
  })
  const message = (await findMessages(trx, [messageId])).get(messageId)
  if (message?.conversation_id !== conversationId) {
    return refused(new PermanentError('message_not_found', 'the message does not exist'))
  }
  if (!deleted && !redelivered) return stored(conversationId, [])
  const event = buildEvent({
    id: deriveId('message.deleted', command.id),
    name: 'message.deleted',
    conversationId,
    time: command.acceptedAt,
    data: {
      audience: [command.userId],
      id: messageId,
      conversationId,
      seq: message.seq,
      version: message.version,
    },
  })
  return stored(conversationId, [event])
}
