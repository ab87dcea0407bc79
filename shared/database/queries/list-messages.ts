import { type Kysely, sql } from 'kysely'
import type { Message } from '../../contract/objects.ts'
import { isNotDeletedFor } from '../conversation-row.ts'
import { limitInOrder } from '../limit-in-order.ts'
import { type MessageRow, toMessage } from '../message-row.ts'
import type { Database } from '../schema.ts'

export type MessageRange = { before: number } | { after: number } | { offset: number }

/**
 * A page of a conversation: newest first, with `after` oldest first.
 * Undefined when the viewer is no participant or has deleted the conversation.
 */
export async function listMessages(
  db: Kysely<Database>,
  input: { conversationId: string; viewer: number; limit: number; range: MessageRange },
): Promise<{ messages: Message[]; hasMore: boolean } | undefined> {
  const { conversationId, viewer, limit, range } = input
  const bound = 'before' in range ? sql`AND m.seq < ${range.before}` : sql``
  const after = 'after' in range ? range.after : 0
  const order = 'after' in range ? sql`ASC` : sql`DESC`
  const offset = 'offset' in range ? range.offset : 0
  const { rows } = await sql<MessageRow | { id: null }>`
    SELECT m.* FROM conversations c
    LEFT JOIN LATERAL (
      SELECT * FROM messages m
      WHERE m.conversation_id = c.id ${bound} AND ${isNotDeletedFor(viewer)}
        AND m.seq > greatest(
          ${after}, CASE WHEN c.participant1_id = ${viewer} THEN c.participant1_cleared_seq ELSE c.participant2_cleared_seq END
        )
      ORDER BY m.seq ${order} ${limitInOrder(limit + 1)} OFFSET ${offset}
    ) AS m ON TRUE
    WHERE c.id = ${conversationId} AND (
      (c.participant1_id = ${viewer} AND c.participant1_deleted_at IS NULL) OR
      (c.participant2_id = ${viewer} AND c.participant2_deleted_at IS NULL)
    )
    ORDER BY m.seq ${order}`.execute(db)
  if (rows.length === 0) return undefined
  const messages = rows.filter(row => row.id !== null).map(toMessage)
  return { messages: messages.slice(0, limit), hasMore: messages.length > limit }
}
