import { sql, type Transaction } from 'kysely'
import { isNotDeletedFor } from '../conversation-row.ts'
import type { Database } from '../schema.ts'

/** Deletes a message of a locked conversation for one of its users; undefined when it was deleted already. */
export async function deleteMessage(
  trx: Transaction<Database>,
  input: { messageId: string; conversationId: string; userId: number; at: string },
): Promise<{ version: number } | undefined> {
  const { rows } = await sql<{ version: number }>`
    WITH target AS (
      SELECT m.id, m.sender_id = ${input.userId} AS by_sender FROM messages m
      WHERE m.id = ${input.messageId} AND m.conversation_id = ${input.conversationId}
        AND ${isNotDeletedFor(input.userId)}
    ),
    grown AS (
      UPDATE conversations SET version = version + 1
      WHERE id = ${input.conversationId} AND EXISTS (SELECT FROM target)
      RETURNING version
    )
    UPDATE messages m SET
      sender_deleted_at = CASE WHEN target.by_sender THEN ${input.at}::timestamptz ELSE m.sender_deleted_at END,
      recipient_deleted_at = CASE WHEN target.by_sender THEN m.recipient_deleted_at ELSE ${input.at}::timestamptz END,
      version = grown.version
    FROM target, grown WHERE m.id = target.id
    RETURNING m.version`.execute(trx)
  return rows[0]
}
