import { type Kysely, sql } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'

/** A message that answers none. `created_at`: when it was accepted. */
export type PlainMessage = Pick<
  MessageRow,
  | 'id'
  | 'sender_id'
  | 'recipient_id'
  | 'content_type'
  | 'text_content'
  | 'media_url'
  | 'media_thumbnail_url'
  | 'audio_duration'
> & { participant1_id: number; participant2_id: number; created_at: string }

export interface PlainPosition {
  id: string
  conversation_id: string
  seq: number
  version: number
  sent_at: Date
}

const COLUMN_TYPES = {
  id: 'uuid',
  participant1_id: 'int',
  participant2_id: 'int',
  sender_id: 'int',
  recipient_id: 'int',
  content_type: 'text',
  text_content: 'text',
  media_url: 'text',
  media_thumbnail_url: 'text',
  audio_duration: 'int',
  created_at: 'timestamptz',
}

/**
 * Stores messages in one statement that is a transaction by itself: the row locks that it takes order it among other
 * writers. Gives those stored. Not stored, and for others to decide: messages whose id is known, and messages between
 * users who have no conversation. Of two that write the same id at once the later fails (23505).
 */
export async function insertPlainMessages(
  db: Kysely<Database>,
  messages: PlainMessage[],
): Promise<PlainPosition[]> {
  const { rows } = await sql<PlainPosition>`
    WITH fresh AS (
      SELECT input.*, c.id AS conversation_id,
        row_number() OVER (PARTITION BY c.id ORDER BY ordinal) AS nth
      FROM ${unnestRows(messages, COLUMN_TYPES)}
      JOIN conversations c USING (participant1_id, participant2_id)
      WHERE NOT EXISTS (SELECT FROM messages known WHERE known.id = input.id)
    ),
    growth AS (
      SELECT conversation_id, count(*) AS added, max(created_at) AS latest FROM fresh GROUP BY conversation_id
    ),
    grown AS (
      UPDATE conversations c SET
        last_seq = c.last_seq + growth.added,
        version = c.version + growth.added,
        updated_at = now(),
        last_message_at = greatest(c.last_message_at, growth.latest),
        participant1_deleted_at = NULL,
        participant2_deleted_at = NULL
      FROM growth WHERE c.id = growth.conversation_id
      RETURNING c.id, c.last_seq - growth.added AS seq_before, c.version - growth.added AS version_before
    )
    INSERT INTO messages (
      id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url, media_thumbnail_url,
      audio_duration, created_at, sent_at, seq, version
    )
    SELECT fresh.id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url,
      media_thumbnail_url, audio_duration, created_at, date_trunc('milliseconds', now()),
      seq_before + nth, version_before + nth
    FROM fresh JOIN grown ON grown.id = fresh.conversation_id
    RETURNING id, conversation_id, seq, version, sent_at`.execute(db)
  return rows
}
