import { sql, type Transaction } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'

/** `created_at`: when it was accepted. */
export type NewMessage = Omit<
  MessageRow,
  'seq' | 'version' | 'created_at' | 'sent_at' | 'delivered_at' | 'read_at'
> & { created_at: string }

export interface StoredPosition {
  id: string
  seq: number
  version: number
  sent_at: Date
}

const COLUMN_TYPES = {
  id: 'uuid',
  conversation_id: 'uuid',
  sender_id: 'int',
  recipient_id: 'int',
  content_type: 'text',
  text_content: 'text',
  media_url: 'text',
  media_thumbnail_url: 'text',
  audio_duration: 'int',
  reply_to_id: 'uuid',
  created_at: 'timestamptz',
}

/**
 * Stores new messages of locked conversations in one statement: each conversation's `last_seq` and `version` rise by
 * the number of its messages, which take the seqs in the order given. A conversation that somebody had deleted is back.
 */
export async function insertMessages(
  trx: Transaction<Database>,
  messages: NewMessage[],
): Promise<StoredPosition[]> {
  const { rows } = await sql<StoredPosition>`
    WITH input AS (SELECT * FROM ${unnestRows(messages, COLUMN_TYPES)}),
    growth AS (
      SELECT conversation_id, count(*) AS added, max(created_at) AS latest FROM input GROUP BY conversation_id
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
      audio_duration, reply_to_id, created_at, sent_at, seq, version
    )
    SELECT numbered.id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url,
      media_thumbnail_url, audio_duration, reply_to_id, created_at, date_trunc('milliseconds', now()),
      seq_before + nth, version_before + nth
    FROM (
      SELECT input.*, row_number() OVER (PARTITION BY conversation_id ORDER BY ordinal) AS nth FROM input
    ) AS numbered
    JOIN grown ON grown.id = numbered.conversation_id
    RETURNING id, seq, version, sent_at`.execute(trx)
  return rows
}
