import { type Kysely, sql } from 'kysely'
import type { DeletedMessage, Message } from '../../contract/objects.ts'
import { isNotDeletedFor } from '../conversation-row.ts'
import { limitInOrder } from '../limit-in-order.ts'
import { type MessageRow, toMessage } from '../message-row.ts'
import type { Database } from '../schema.ts'

export interface Changes {
  changes: (Message | DeletedMessage)[]
  hasMore: boolean
  /** Messages up to this seq are deleted for the viewer, whether they are listed or not. */
  clearedSeq: number
}

/** What changed in a conversation since a version, in version order; undefined for strangers. */
export async function listChanges(
  db: Kysely<Database>,
  input: { conversationId: string; viewer: number; after: number; limit: number },
): Promise<Changes | undefined> {
  const { conversationId, viewer, after, limit } = input
  const { rows } = await sql<(MessageRow | { id: null }) & { cleared_seq: number; visible: boolean }>`
    SELECT m.*, side.cleared_seq, (m.seq > side.cleared_seq AND ${isNotDeletedFor(viewer)}) AS visible
    FROM conversations c
    CROSS JOIN LATERAL (
      SELECT CASE WHEN c.participant1_id = ${viewer} THEN c.participant1_cleared_seq ELSE c.participant2_cleared_seq END
        AS cleared_seq
    ) AS side
    LEFT JOIN LATERAL (
      SELECT * FROM messages m WHERE m.conversation_id = c.id AND m.version > ${after}
      ORDER BY m.version ${limitInOrder(limit + 1)}
    ) AS m ON TRUE
    WHERE c.id = ${conversationId} AND ${viewer} IN (c.participant1_id, c.participant2_id)
    ORDER BY m.version`.execute(db)
  const first = rows[0]
  if (!first) return undefined
  const changed = rows.filter(row => row.id !== null)
  return {
    changes: changed.slice(0, limit).map(row => (row.visible ? toMessage(row) : toDeletedMessage(row))),
    hasMore: changed.length > limit,
    clearedSeq: first.cleared_seq,
  }
}

function toDeletedMessage({ id, seq, version }: MessageRow): DeletedMessage {
  return { id, seq, version, deleted: true }
}
