import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'

export interface UnreadCount {
  /** Messages. */
  total: number
  /** Conversations that hold them. */
  conversations: number
}

/** From the index of unread messages alone, and the few conversations that the viewer has cleared. */
export async function countUnread(db: Kysely<Database>, viewer: number): Promise<UnreadCount> {
  const { rows } = await sql<UnreadCount>`
    SELECT count(*)::int AS total, count(DISTINCT m.conversation_id)::int AS conversations
    FROM messages m LEFT JOIN (
      SELECT id, participant1_cleared_seq AS seq FROM conversations
      WHERE participant1_id = ${viewer} AND participant1_cleared_seq > 0
      UNION ALL
      SELECT id, participant2_cleared_seq FROM conversations
      WHERE participant2_id = ${viewer} AND participant2_cleared_seq > 0
    ) AS cleared ON cleared.id = m.conversation_id
    WHERE m.recipient_id = ${viewer} AND m.read_at IS NULL AND m.recipient_deleted_at IS NULL
      AND m.seq > coalesce(cleared.seq, 0)`.execute(db)
  return rows[0] ?? { total: 0, conversations: 0 }
}
