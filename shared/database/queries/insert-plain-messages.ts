import { CompiledQuery, type Kysely } from 'kysely'
import type { MessageRow } from '../message-row.ts'
import type { Database } from '../schema.ts'

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

/** In the order of the statements' parameters. */
const PARAMETERS = [
  'id',
  'participant1_id',
  'participant2_id',
  'sender_id',
  'recipient_id',
  'content_type',
  'text_content',
  'media_url',
  'media_thumbnail_url',
  'audio_duration',
  'created_at',
] as const satisfies (keyof PlainMessage)[]

/** A message that comes alone: half of what the statement for several costs. */
const INSERT_ONE = `
  WITH grown AS (
    UPDATE conversations SET
      last_seq = last_seq + 1,
      version = version + 1,
      updated_at = now(),
      last_message_at = greatest(last_message_at, $11::timestamptz),
      participant1_deleted_at = NULL,
      participant2_deleted_at = NULL
    WHERE participant1_id = $2::int AND participant2_id = $3::int
      AND NOT EXISTS (SELECT FROM messages known WHERE known.id = $1::uuid)
    RETURNING id, last_seq, version
  )
  INSERT INTO messages (
    id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url, media_thumbnail_url,
    audio_duration, created_at, sent_at, seq, version
  )
  SELECT $1::uuid, grown.id, $4::int, $5::int, $6::text, $7::text, $8::text, $9::text,
    $10::int, $11::timestamptz, date_trunc('milliseconds', now()), last_seq, version
  FROM grown
  RETURNING id, conversation_id, seq, version, sent_at`

/** One array a parameter, so that the text, and with it the plan, is the same for any number of messages. */
const INSERT_SEVERAL = `
  WITH fresh AS (
    SELECT input.*, c.id AS conversation_id,
      row_number() OVER (PARTITION BY c.id ORDER BY ordinal) AS nth
    FROM unnest(
      $1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[],
      $10::int[], $11::timestamptz[]
    ) WITH ORDINALITY AS input(
      id, participant1_id, participant2_id, sender_id, recipient_id, content_type, text_content, media_url,
      media_thumbnail_url, audio_duration, created_at, ordinal
    )
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
  RETURNING id, conversation_id, seq, version, sent_at`

/**
 * Stores messages in one statement that is a transaction by itself: the row locks that it takes order it among other
 * writers. Gives those stored. Not stored, and for others to decide: messages whose id is known, and messages between
 * users who have no conversation. Of two that write the same id at once the later fails (23505).
 */
export async function insertPlainMessages(
  db: Kysely<Database>,
  messages: PlainMessage[],
): Promise<PlainPosition[]> {
  const isOne = messages.length === 1
  const parameters = PARAMETERS.map(name => {
    const values = messages.map(message => message[name])
    return isOne ? values[0] : values
  })
  const query = CompiledQuery.raw(isOne ? INSERT_ONE : INSERT_SEVERAL, parameters)
  return (await db.executeQuery<PlainPosition>(query)).rows
}
