import type pg from 'pg'
import { migrateUp } from '../../../../shared/database/migrate.ts'
import { BUSIEST_USER, type ConversationShape, type DatabaseShape, TEXT } from '../database-shape.ts'
import { query } from './start-server.ts'

/**
 * Fills a new database to its shape, with the schema of the migrations. The messages of all conversations lie between
 * each other in the order of their time, as they come in where many write: those of one page are far apart.
 */
export async function seedDatabase(url: string, { users, conversations }: DatabaseShape): Promise<void> {
  await migrateUp(url)
  const indexes = await query<{ name: string; definition: string }>(url, [INDEXES])
  await query(url, [
    'BEGIN',
    // What is put into tables that were truncated in the same transaction needs no log.
    'TRUNCATE users CASCADE',
    // Triggers and foreign keys rest.
    'SET LOCAL session_replication_role = replica',
    ...indexes.map(({ name }) => `DROP INDEX ${name}`),
    insertUsers(users),
    planConversations(conversations),
    INSERT_CONVERSATIONS,
    INSERT_MESSAGES,
    ...indexes.map(({ definition }) => definition),
    'COMMIT',
    'VACUUM (FREEZE, ANALYZE)',
  ])
}

/** Those that no constraint needs: made last, they are made faster. */
const INDEXES = `
  SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
  WHERE indrelid IN ('conversations'::regclass, 'messages'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`

function insertUsers(count: number): pg.QueryConfig {
  const text = `INSERT INTO users (id, username, name)
    SELECT n, 'user' || n, 'User ' || n FROM generate_series(1, $1::int) AS n`
  return { text, values: [count] }
}

/**
 * `phase` sets the conversations off against each other. Of the messages, read ones have changed once since they
 * were stored, so that their versions are every second.
 */
function planConversations(conversations: ConversationShape[]): pg.QueryConfig {
  const text = `
    CREATE TEMP TABLE plan ON COMMIT DROP AS
    SELECT gen_random_uuid() AS id, participant1, participant2, messages, messages - unread AS read, pinned, cleared,
      ((nth * 0.618033988749895) % 1)::float8 AS phase, now() - interval '365 days' AS since
    FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::bool[], $6::int[]) WITH ORDINALITY
      AS given(participant1, participant2, messages, unread, pinned, cleared, nth)`
  const columns = ['participant1', 'participant2', 'messages', 'unread', 'pinned', 'cleared'] as const
  return { text, values: columns.map(column => conversations.map(conversation => conversation[column])) }
}

const INSERT_CONVERSATIONS = `
  INSERT INTO conversations (id, participant1_id, participant2_id, created_at, updated_at, last_message_at,
    participant1_pinned, participant2_pinned, participant1_cleared_seq, participant2_cleared_seq, last_seq, version)
  SELECT id, participant1, participant2, since, coalesce(latest, since), latest, pinned, pinned,
    CASE WHEN participant1 = ${BUSIEST_USER} THEN cleared ELSE 0 END, CASE WHEN participant2 = ${BUSIEST_USER} THEN cleared ELSE 0 END,
    messages, messages + read
  FROM plan CROSS JOIN LATERAL (
    SELECT CASE WHEN messages > 0 THEN since + interval '365 days' * ((messages - phase) / messages) END AS latest
  ) AS times`

const INSERT_MESSAGES = `
  INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content,
    created_at, sent_at, delivered_at, read_at, seq, version)
  SELECT uuidv7(at - now()), id,
    CASE WHEN seq % 2 = 0 THEN participant1 ELSE participant2 END,
    CASE WHEN seq % 2 = 0 THEN participant2 ELSE participant1 END,
    'text', '${TEXT}',
    at, at, at + interval '1 second', CASE WHEN seq <= read THEN at + interval '1 minute' END,
    seq, seq + least(seq, read)
  FROM (
    SELECT plan.*, seq, since + interval '365 days' * ((seq - phase) / messages) AS at
    FROM plan CROSS JOIN LATERAL generate_series(1, messages) AS seq
    WHERE messages > 0 ORDER BY at
  ) AS planned`
