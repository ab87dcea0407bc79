import { type Kysely, sql } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'

/** Messages by id, whoever they belong to: for checks, never for the answers to others. */
export async function findMessages(db: Kysely<Database>, ids: string[]): Promise<Map<string, MessageRow>> {
  const { rows } = await sql<MessageRow>`
    SELECT id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url, media_thumbnail_url,
      audio_duration, reply_to_id, seq, version, created_at, sent_at, delivered_at, read_at
    FROM messages WHERE id = ANY(${ids}::uuid[])`.execute(db)
  return new Map(rows.map(row => [row.id, row]))
}
