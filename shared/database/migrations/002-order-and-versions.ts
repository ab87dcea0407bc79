import { type Kysely, sql } from 'kysely'
import { createTimestampTrigger } from './001-seed-tables.ts'

/**
 * What the contract adds to the plan's tables: one gap-free order (`seq`), a version that shows what was missed,
 * and per participant how far the conversation was cleared. Messages that exist get their seq in `created_at` order.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await fillMissingDefaults(db)
  await addConversationColumns(db)
  await addMessageColumns(db)
  await createIndexes(db)
  await createStatementTrigger(db)
  await sql`
    CREATE TABLE chat_command_outcomes (
      command_id UUID PRIMARY KEY,
      outcome JSONB NOT NULL,
      created_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )`.execute(db)
  await sql`CREATE INDEX chat_command_outcomes_created ON chat_command_outcomes (created_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('chat_command_outcomes').execute()
  await sql`DROP TRIGGER trigger_update_conversation_timestamp ON messages`.execute(db)
  await sql`DROP FUNCTION touch_conversations()`.execute(db)
  await createTimestampTrigger(db)
  await sql`
    DROP INDEX messages_conversation_seq, messages_conversation_version, messages_unread,
      conversations_participant1_activity, conversations_participant2_activity`.execute(db)
  await sql`ALTER TABLE messages DROP COLUMN seq, DROP COLUMN version,
    ALTER COLUMN created_at DROP NOT NULL, ALTER COLUMN sent_at DROP NOT NULL`.execute(db)
  await sql`
    ALTER TABLE conversations DROP COLUMN last_seq, DROP COLUMN version,
      DROP COLUMN participant1_cleared_seq, DROP COLUMN participant2_cleared_seq,
      DROP COLUMN participant1_settings_at, DROP COLUMN participant2_settings_at,
      ${sql.join(CONVERSATION_DEFAULTS.map(([column]) => sql`ALTER COLUMN ${sql.ref(column)} DROP NOT NULL`))}`.execute(
    db,
  )
}

const CONVERSATION_DEFAULTS = [
  ['created_at', 'now()'],
  ['updated_at', 'now()'],
  ['participant1_pinned', 'false'],
  ['participant1_muted', 'false'],
  ['participant1_archived', 'false'],
  ['participant2_pinned', 'false'],
  ['participant2_muted', 'false'],
  ['participant2_archived', 'false'],
] as const

/** The plan's columns have defaults and yet may be null; the reads rely on values. */
async function fillMissingDefaults(db: Kysely<unknown>): Promise<void> {
  for (const [column, value] of CONVERSATION_DEFAULTS) {
    await sql`UPDATE conversations SET ${sql.ref(column)} = ${sql.raw(value)} WHERE ${sql.ref(column)} IS NULL`.execute(
      db,
    )
    await sql`ALTER TABLE conversations ALTER COLUMN ${sql.ref(column)} SET NOT NULL`.execute(db)
  }
  await sql`
    UPDATE messages SET created_at = coalesce(created_at, sent_at, now()), sent_at = coalesce(sent_at, created_at, now())
    WHERE created_at IS NULL OR sent_at IS NULL`.execute(db)
  await sql`ALTER TABLE messages ALTER COLUMN created_at SET NOT NULL, ALTER COLUMN sent_at SET NOT NULL`.execute(
    db,
  )
}

async function addMessageColumns(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE messages ADD COLUMN seq BIGINT, ADD COLUMN version BIGINT`.execute(db)
  await sql`
    UPDATE messages SET seq = numbered.seq, version = numbered.seq
    FROM (
      SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at, id) AS seq FROM messages
    ) AS numbered
    WHERE messages.id = numbered.id`.execute(db)
  await sql`
    UPDATE conversations SET
      last_seq = summary.last_seq,
      version = summary.last_seq,
      last_message_at = summary.last_message_at,
      participant1_cleared_seq = summary.cleared1,
      participant2_cleared_seq = summary.cleared2,
      participant1_deleted_at = CASE WHEN summary.last_seq > summary.cleared1 THEN NULL ELSE participant1_deleted_at END,
      participant2_deleted_at = CASE WHEN summary.last_seq > summary.cleared2 THEN NULL ELSE participant2_deleted_at END
    FROM (
      SELECT m.conversation_id, max(m.seq) AS last_seq, max(m.created_at) AS last_message_at,
        coalesce(max(m.seq) FILTER (WHERE m.created_at <= c.participant1_deleted_at), 0) AS cleared1,
        coalesce(max(m.seq) FILTER (WHERE m.created_at <= c.participant2_deleted_at), 0) AS cleared2
      FROM messages m JOIN conversations c ON c.id = m.conversation_id
      GROUP BY m.conversation_id
    ) AS summary
    WHERE conversations.id = summary.conversation_id`.execute(db)
  await sql`ALTER TABLE messages ALTER COLUMN seq SET NOT NULL, ALTER COLUMN version SET NOT NULL`.execute(db)
}

async function addConversationColumns(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE conversations
      ADD COLUMN last_seq BIGINT NOT NULL DEFAULT 0,
      ADD COLUMN version BIGINT NOT NULL DEFAULT 0,
      ADD COLUMN participant1_cleared_seq BIGINT NOT NULL DEFAULT 0,
      ADD COLUMN participant2_cleared_seq BIGINT NOT NULL DEFAULT 0,
      ADD COLUMN participant1_settings_at TIMESTAMPTZ,
      ADD COLUMN participant2_settings_at TIMESTAMPTZ`.execute(db)
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE UNIQUE INDEX messages_conversation_seq ON messages (conversation_id, seq)`.execute(db)
  await sql`CREATE UNIQUE INDEX messages_conversation_version ON messages (conversation_id, version)`.execute(
    db,
  )
  await sql`
    CREATE INDEX messages_unread ON messages (recipient_id, conversation_id, seq)
      WHERE read_at IS NULL AND recipient_deleted_at IS NULL`.execute(db)
  for (const side of ['participant1', 'participant2']) {
    await sql`
      CREATE INDEX ${sql.ref(`conversations_${side}_activity`)} ON conversations (
        ${sql.ref(`${side}_id`)}, ${sql.ref(`${side}_archived`)}, ${sql.ref(`${side}_pinned`)} DESC,
        (coalesce(last_message_at, created_at)) DESC, id DESC
      ) WHERE ${sql.ref(`${side}_deleted_at`)} IS NULL`.execute(db)
  }
}

/** Whoever inserts messages, their conversations' timestamps follow: once per statement, and only where they lag. */
async function createStatementTrigger(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE FUNCTION touch_conversations() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE conversations SET updated_at = now(), last_message_at = latest.created_at
      FROM (SELECT conversation_id, max(created_at) AS created_at FROM inserted GROUP BY conversation_id) AS latest
      WHERE conversations.id = latest.conversation_id
        AND (conversations.last_message_at IS NULL OR conversations.last_message_at < latest.created_at);
      RETURN NULL;
    END $$`.execute(db)
  await sql`DROP TRIGGER IF EXISTS trigger_update_conversation_timestamp ON messages`.execute(db)
  await sql`DROP FUNCTION IF EXISTS update_conversation_timestamp()`.execute(db)
  await sql`
    CREATE TRIGGER trigger_update_conversation_timestamp AFTER INSERT ON messages
      REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION touch_conversations()`.execute(db)
}
