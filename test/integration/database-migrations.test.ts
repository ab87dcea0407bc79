import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { migrateDown, migrateUp, migrationStatus } from '../../shared/database/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ALL = [
  '001-seed-tables',
  '002-order-and-versions',
  '003-users-view-and-roles',
  '004-lean-indexes',
  '005-readable-migrations',
]
const EMPTY = { template: 'template0' }

const SEED_TABLES = await readFile(new URL('../support/seed-tables.sql', import.meta.url), 'utf8')
/** As another team might have made it: more columns, and not all of those that the chat shows. */
const SOCIAL_USERS = `
  CREATE TABLE users (
    id SERIAL PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    username VARCHAR(30), avatar_url VARCHAR(500), city TEXT
  );
  INSERT INTO users (email, password_hash, username, avatar_url)
  SELECT 'user' || n || '@example.org', 'secret', 'user' || n, 'https://media.example/' || n
  FROM generate_series(1, 4) AS n`

async function query<Row extends object>(
  db: TestDatabase,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await db.pool.query<Row>(sql, values)).rows
}

async function migrateAllDown(db: TestDatabase): Promise<string[]> {
  const undone: string[] = []
  for (let step = await migrateDown(db.url); step.length > 0; step = await migrateDown(db.url))
    undone.push(...step)
  return undone
}

/** Everything a schema consists of, in words. */
async function describeSchema(db: TestDatabase): Promise<string[]> {
  const rows = await query<{ thing: string }>(
    db,
    `SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS thing
       FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT format('function %s', proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     ORDER BY 1`,
  )
  return rows.map(row => row.thing).filter(thing => !thing.includes('chat_migrations'))
}

test('up, down and up again on an empty database', async () => {
  await using db = await createTestDatabase(EMPTY)
  expect(await migrateUp(db.url)).toEqual(ALL)
  const migrated = await describeSchema(db)
  expect(await migrateUp(db.url)).toEqual([])
  expect(
    (await migrationStatus(db.url)).map(({ name, executedAt }) => [name, executedAt !== undefined]),
  ).toEqual(ALL.map(name => [name, true]))
  expect(await migrateAllDown(db)).toEqual(ALL.toReversed())
  expect(await describeSchema(db)).toEqual([])
  expect((await migrationStatus(db.url)).every(migration => migration.executedAt === undefined)).toBe(true)
  expect(await migrateUp(db.url)).toEqual(ALL)
  expect(await describeSchema(db)).toEqual(migrated)
})

test('an empty database and one with the seed’s tables end with the same chat tables', async () => {
  await using empty = await createTestDatabase(EMPTY)
  await using seeded = await createTestDatabase(EMPTY)
  await seeded.pool.query(SOCIAL_USERS)
  await seeded.pool.query(SEED_TABLES)
  await Promise.all([migrateUp(empty.url), migrateUp(seeded.url)])
  const chatPartOf = async (db: TestDatabase) =>
    (await describeSchema(db)).filter(thing => !/ users[. ]| ON public\.users /.test(thing))
  expect(await chatPartOf(seeded)).toEqual(await chatPartOf(empty))
})

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const [ADA_BOB, ADA_EVE, BOB_EVE, ADA_DAN] = [id(1), id(2), id(3), id(4)]

/** Conversations in every state the plan's API could leave them in. */
const SEED_ROWS = `
  INSERT INTO conversations (id, participant1_id, participant2_id, participant1_deleted_at, participant2_deleted_at,
    participant1_pinned, participant2_muted, created_at) VALUES
    ('${ADA_BOB}', 1, 2, '2025-01-01 10:02:30Z', NULL, NULL, NULL, NULL),
    ('${ADA_EVE}', 1, 3, '2025-01-02 00:00:00Z', '2025-01-01 00:00:00Z', TRUE, TRUE, '2025-01-01'),
    ('${BOB_EVE}', 2, 3, NULL, '2025-01-02 00:00:00Z', FALSE, FALSE, '2025-01-01');
  INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, created_at, sent_at,
    read_at, reply_to_id) VALUES
    ('${id(15)}', '${ADA_BOB}', 2, 1, 'text', 'fifth', '2025-01-01 10:04:00Z', '2025-01-01 10:04:00Z', NULL, NULL),
    ('${id(13)}', '${ADA_BOB}', 1, 2, 'text', 'tied, later id', '2025-01-01 10:02:00Z', NULL, NULL, NULL),
    ('${id(19)}', '${ADA_BOB}', 1, 2, 'text', 'first', '2025-01-01 10:01:00.000001Z', '2025-01-01 10:01:01Z',
      '2025-01-01 10:05:00Z', NULL),
    ('${id(12)}', '${ADA_BOB}', 2, 1, 'text', 'tied, earlier id', '2025-01-01 10:02:00Z', '2025-01-01 10:02:00Z', NULL,
      '${id(19)}'),
    ('${id(14)}', '${ADA_BOB}', 2, 1, 'text', 'without a date', NULL, '2025-01-01 10:03:00Z', NULL, NULL),
    ('${id(21)}', '${ADA_EVE}', 3, 1, 'text', 'cleared by Ada', '2025-01-01 12:00:00Z', '2025-01-01 12:00:00Z', NULL,
      NULL);
  UPDATE conversations SET last_message_at = '2020-01-01' WHERE id = '${ADA_BOB}'`

const COLUMNS_OF_SEED = `id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url,
  delivered_at, read_at, sender_deleted_at, recipient_deleted_at, reply_to_id`

async function createSeededDatabase(): Promise<TestDatabase> {
  const db = await createTestDatabase(EMPTY)
  await db.pool.query(SOCIAL_USERS)
  await db.pool.query(SEED_TABLES)
  await db.pool.query(SEED_ROWS)
  return db
}

test('messages that exist keep their ids and contents, and get their seq in the order they were made', async () => {
  await using db = await createSeededDatabase()
  const before = await query(db, `SELECT ${COLUMNS_OF_SEED} FROM messages ORDER BY id`)
  await migrateUp(db.url)
  expect(await query(db, `SELECT ${COLUMNS_OF_SEED} FROM messages ORDER BY id`)).toEqual(before)
  expect(
    await query(db, `SELECT text_content AS text, seq, version FROM messages ORDER BY conversation_id, seq`),
  ).toEqual([
    { text: 'first', seq: 1, version: 1 },
    { text: 'tied, earlier id', seq: 2, version: 2 },
    { text: 'tied, later id', seq: 3, version: 3 },
    { text: 'without a date', seq: 4, version: 4 },
    { text: 'fifth', seq: 5, version: 5 },
    { text: 'cleared by Ada', seq: 1, version: 1 },
  ])
  expect(
    await query(
      db,
      `SELECT id, last_seq, version, last_message_at, participant1_cleared_seq AS cleared1,
         participant2_cleared_seq AS cleared2, participant1_deleted_at IS NOT NULL AS hidden1,
         participant2_deleted_at IS NOT NULL AS hidden2
       FROM conversations ORDER BY id`,
    ),
  ).toEqual([
    // Deleted by Ada before two more messages came: she sees these two.
    {
      id: ADA_BOB,
      last_seq: 5,
      version: 5,
      last_message_at: new Date('2025-01-01T10:04:00Z'),
      cleared1: 3,
      cleared2: 0,
      hidden1: false,
      hidden2: false,
    },
    // Deleted by Ada after the last message, by Eve before it.
    {
      id: ADA_EVE,
      last_seq: 1,
      version: 1,
      last_message_at: new Date('2025-01-01T12:00:00Z'),
      cleared1: 1,
      cleared2: 0,
      hidden1: true,
      hidden2: false,
    },
    // Empty, and deleted by Eve.
    {
      id: BOB_EVE,
      last_seq: 0,
      version: 0,
      last_message_at: null,
      cleared1: 0,
      cleared2: 0,
      hidden1: false,
      hidden2: true,
    },
  ])
})

test('values that the plan allowed to be null are healed, and cannot be null again', async () => {
  await using db = await createSeededDatabase()
  await migrateUp(db.url)
  const [conversation] = await query(
    db,
    `SELECT participant1_pinned, participant1_muted, participant2_muted, created_at IS NULL AS undated
     FROM conversations WHERE id = '${ADA_BOB}'`,
  )
  expect(conversation).toEqual({
    participant1_pinned: false,
    participant1_muted: false,
    participant2_muted: false,
    undated: false,
  })
  expect(
    await query(
      db,
      `SELECT text_content AS text, created_at, sent_at FROM messages WHERE id IN ('${id(13)}', '${id(14)}') ORDER BY id`,
    ),
  ).toEqual([
    {
      text: 'tied, later id',
      created_at: new Date('2025-01-01T10:02:00Z'),
      sent_at: new Date('2025-01-01T10:02:00Z'),
    },
    {
      text: 'without a date',
      created_at: new Date('2025-01-01T10:03:00Z'),
      sent_at: new Date('2025-01-01T10:03:00Z'),
    },
  ])
  await expect(db.pool.query('UPDATE conversations SET participant2_archived = NULL')).rejects.toThrow('null')
  await expect(db.pool.query('UPDATE messages SET sent_at = NULL')).rejects.toThrow('null')
})

test('down leaves the seed’s tables, rows and trigger as they were, and up numbers them the same again', async () => {
  await using db = await createSeededDatabase()
  const schema = await describeSchema(db)
  await migrateUp(db.url)
  const numbered = await query(db, 'SELECT id, seq, version FROM messages ORDER BY id')
  const rows = await query(db, `SELECT ${COLUMNS_OF_SEED} FROM messages ORDER BY id`)
  expect(await migrateAllDown(db)).toEqual(ALL.toReversed())
  expect(await describeSchema(db)).toEqual(schema)
  expect(await query(db, `SELECT ${COLUMNS_OF_SEED} FROM messages ORDER BY id`)).toEqual(rows)
  expect(await query(db, 'SELECT id FROM users ORDER BY id')).toHaveLength(4)

  await db.pool.query(
    `INSERT INTO messages (conversation_id, sender_id, recipient_id, content_type, text_content, created_at)
     VALUES ('${BOB_EVE}', 2, 3, 'text', 'by the old service', '2025-01-03')`,
  )
  const [touched] = await query(db, `SELECT last_message_at FROM conversations WHERE id = '${BOB_EVE}'`)
  expect(touched).toEqual({ last_message_at: new Date('2025-01-03T00:00:00Z') })

  expect(await migrateUp(db.url)).toEqual(ALL)
  expect(
    await query(
      db,
      `SELECT id, seq, version FROM messages WHERE conversation_id <> '${BOB_EVE}' ORDER BY id`,
    ),
  ).toEqual(numbered)
})

test('a users table of the social database is shown as it is, and what it lacks as nothing', async () => {
  await using db = await createSeededDatabase()
  await migrateUp(db.url)
  expect(await query(db, 'SELECT * FROM chat_users WHERE id = 1')).toEqual([
    { id: 1, username: 'user1', name: null, avatar_url: 'https://media.example/1' },
  ])
})

test('rows inserted by hand move their conversations’ timestamps, once for the whole statement', async () => {
  await using db = await createTestDatabase()
  await db.pool.query(
    `INSERT INTO conversations (id, participant1_id, participant2_id, updated_at) VALUES
       ('${ADA_BOB}', 1, 2, '2020-01-01'), ('${ADA_EVE}', 1, 3, '2020-01-01'), ('${ADA_DAN}', 1, 4, '2020-01-01')`,
  )
  const client = await db.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO messages (conversation_id, sender_id, recipient_id, content_type, text_content, created_at, seq, version)
       SELECT c.id, 1, c.participant2_id, 'text', 'x', '2025-01-01'::timestamptz + n * interval '1 minute', n, n
       FROM generate_series(1, 500) AS n, conversations c WHERE c.id <> '${ADA_DAN}'`,
    )
    const { rows } = await client.query(
      `SELECT n_tup_upd::int AS updates FROM pg_stat_xact_user_tables WHERE relname = 'conversations'`,
    )
    expect(rows).toEqual([{ updates: 2 }])
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  const timestamps = () =>
    query(
      db,
      `SELECT last_message_at, updated_at > '2020-01-01' AS is_touched FROM conversations ORDER BY participant2_id`,
    )
  const newest = new Date('2025-01-01T08:20:00Z')
  const expected = [
    { last_message_at: newest, is_touched: true },
    { last_message_at: newest, is_touched: true },
    { last_message_at: null, is_touched: false },
  ]
  expect(await timestamps()).toEqual(expected)
  await db.pool.query(
    `INSERT INTO messages (conversation_id, sender_id, recipient_id, content_type, text_content, created_at, seq, version)
     VALUES ('${ADA_BOB}', 1, 2, 'text', 'an old one', '2021-01-01', 501, 501)`,
  )
  expect(await timestamps()).toEqual(expected)
})

test('migrators that run at once share the work', async () => {
  await using db = await createTestDatabase(EMPTY)
  const applied = await Promise.all([migrateUp(db.url), migrateUp(db.url), migrateUp(db.url)])
  expect(applied.flat()).toEqual(ALL)
  expect((await migrationStatus(db.url)).every(migration => migration.executedAt !== undefined)).toBe(true)
})

test('a migration that fails leaves nothing behind', async () => {
  await using db = await createTestDatabase(EMPTY)
  await db.pool.query('CREATE TABLE conversations (id INT PRIMARY KEY)')
  const schema = await describeSchema(db)
  await expect(migrateUp(db.url)).rejects.toThrow('participant1_id')
  expect(await describeSchema(db)).toEqual(schema)
})
