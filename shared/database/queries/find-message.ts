import { type Kysely, sql } from 'kysely'
import type { Message } from '../../contract/objects.ts'
import { isNotDeletedFor } from '../conversation-row.ts'
import { type MessageRow, toMessage } from '../message-row.ts'
import type { Database } from '../schema.ts'

/** A message as one of its two users sees it; undefined for strangers and for what the viewer deleted. */
export async function findMessage(
  db: Kysely<Database>,
  messageId: string,
  viewer: number,
): Promise<Message | undefined> {
  const { rows } = await sql<MessageRow>`
    SELECT m.* FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.id = ${messageId} AND ${viewer} IN (m.sender_id, m.recipient_id) AND ${isNotDeletedFor(viewer)}
      AND m.seq > CASE WHEN c.participant1_id = ${viewer} THEN c.participant1_cleared_seq ELSE c.participant2_cleared_seq END
  `.execute(db)
  return rows[0] && toMessage(rows[0])
}
