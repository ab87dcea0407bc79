import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'

export interface UnreadCount {
  /** Messages. */
  total: number
  /** Conversations that hold them. */
  conversations: number
}

export async function countUnread(db: Kysely<Database>, viewer: number): Promise<UnreadCount> {
  const { rows } = await sql<UnreadCount>`
    SELECT count(*)::int AS total, count(DISTINCT m.conversation_id)::int AS conversations
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.recipient_id = ${viewer} AND m.read_at IS NULL AND m.recipient_deleted_at IS NULL
      AND m.seq > CASE WHEN c.participant1_id = ${viewer} THEN c.participant1_cleared_seq ELSE c.participant2_cleared_seq END
  `.execute(db)
  return rows[0] ?? { total: 0, conversations: 0 }
}
