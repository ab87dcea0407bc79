import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { type ChatMigration, MIGRATIONS } from '../../shared/database/migrations.ts'
import { findBreaches } from '../support/migration-rules.ts'
import { createTestDatabase } from '../support/test-database.ts'

/**
 * They take over the tables of a social database, number what is in them and cannot do so while others write: the chat
 * is not yet running then (docs/migrations.md, "The first time").
 */
const BEFORE_THE_CHAT_RUNS = ['001-seed-tables', '002-order-and-versions', '003-users-view-and-roles']

/** Kysely's own table, which is there before the first migration. */
const MIGRATION_TABLE = 'CREATE TABLE chat_migrations (name VARCHAR(255), timestamp VARCHAR(255))'

/** The statements of every migration, as it sends them to an empty database. */
async function recordStatements(): Promise<Map<string, string[]>> {
  await using database = await createTestDatabase({ template: 'template0' })
  const sent: string[] = []
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void sent.push(query.sql),
  })
  await pool.query(MIGRATION_TABLE)
  const statements = new Map<string, string[]>()
  for (const [name, migration] of Object.entries(MIGRATIONS)) {
    await migration.up(db)
    statements.set(name, sent.splice(0))
  }
  await db.destroy()
  return statements
}

test('no migration holds up traffic or breaks the version that still runs', async () => {
  const breaches = [...(await recordStatements())]
    .filter(([name]) => !BEFORE_THE_CHAT_RUNS.includes(name))
    .flatMap(([name, statements]) => {
      const transactional = (MIGRATIONS[name] as ChatMigration).transactional !== false
      return findBreaches(statements, { transactional }).map(breach => ({ name, ...breach }))
    })
  expect(breaches).toEqual([])
})

test('the rules see what was done before the chat ran', async () => {
  const statements = (await recordStatements()).get('002-order-and-versions') ?? []
  const broken = findBreaches(statements, { transactional: true }).map(({ statement }) => statement)
  expect(broken).toContainEqual(expect.stringMatching(/^CREATE UNIQUE INDEX messages_conversation_seq/))
  expect(broken).toContainEqual(expect.stringMatching(/^UPDATE messages SET seq/))
  expect(broken).not.toContainEqual(expect.stringMatching(/chat_command_outcomes/))
})

const IN_TRANSACTION = { transactional: true }
const OUTSIDE = { transactional: false }

test.each([
  ['CREATE INDEX a ON messages (id)', IN_TRANSACTION],
  ['create unique index if not exists a on "messages" (id)', OUTSIDE],
  ['CREATE INDEX CONCURRENTLY a ON messages (id)', IN_TRANSACTION],
  ['DROP INDEX IF EXISTS a', IN_TRANSACTION],
  ['ALTER TABLE messages ADD COLUMN a INT NOT NULL', IN_TRANSACTION],
  ['ALTER TABLE messages ADD COLUMN a UUID DEFAULT gen_random_uuid()', IN_TRANSACTION],
  ['ALTER TABLE messages ADD COLUMN a BIGSERIAL', IN_TRANSACTION],
  ['ALTER TABLE messages ALTER COLUMN seq TYPE INT', IN_TRANSACTION],
  ['ALTER TABLE messages ALTER COLUMN media_url SET NOT NULL', IN_TRANSACTION],
  ['ALTER TABLE messages ADD CONSTRAINT a CHECK (seq > 0)', IN_TRANSACTION],
  ['ALTER TABLE messages ADD FOREIGN KEY (a) REFERENCES users (id)', IN_TRANSACTION],
  ['ALTER TABLE messages ADD CONSTRAINT a UNIQUE (seq)', IN_TRANSACTION],
  ['ALTER TABLE messages RENAME COLUMN a TO b', IN_TRANSACTION],
  ['ALTER TABLE messages DROP COLUMN a', IN_TRANSACTION],
  ['DROP TABLE messages', IN_TRANSACTION],
  ['LOCK TABLE messages', IN_TRANSACTION],
  ['TRUNCATE messages', IN_TRANSACTION],
  ['REINDEX TABLE messages', OUTSIDE],
  ['UPDATE messages SET a = 1', IN_TRANSACTION],
  ['UPDATE messages SET a = 1 WHERE id IN (SELECT id FROM messages LIMIT 9)', OUTSIDE],
  ['ALTER TABLE messages ADD COLUMN a INT', OUTSIDE],
])('%s (%j) breaks a rule', (statement, kind) => {
  expect(findBreaches([statement], kind)).toHaveLength(1)
})

test.each([
  ['CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON messages (id)', OUTSIDE],
  ['DROP INDEX CONCURRENTLY IF EXISTS a', OUTSIDE],
  ['ALTER TABLE messages VALIDATE CONSTRAINT a', OUTSIDE],
  ['REINDEX TABLE CONCURRENTLY messages', OUTSIDE],
  ['ALTER TABLE messages ADD COLUMN a INT', IN_TRANSACTION],
  ['ALTER TABLE messages ADD COLUMN a INT NOT NULL DEFAULT 0', IN_TRANSACTION],
  ['ALTER TABLE messages ADD CONSTRAINT a CHECK (seq > 0) NOT VALID', IN_TRANSACTION],
  ['ALTER TABLE messages ADD CONSTRAINT a UNIQUE USING INDEX b', IN_TRANSACTION],
  ['CREATE TABLE chat_new (id INT)', IN_TRANSACTION],
  ['GRANT SELECT ON messages TO chat_reader', IN_TRANSACTION],
])('%s (%j) obeys them', (statement, kind) => {
  expect(findBreaches([statement], kind)).toEqual([])
})

test('a table that the migration makes itself is nobody’s yet', () => {
  const statements = ['CREATE TABLE chat_new (id INT)', 'CREATE INDEX a ON chat_new (id)']
  expect(findBreaches(statements, IN_TRANSACTION)).toEqual([])
  expect(findBreaches(['CREATE INDEX a ON chat_newer (id)', ...statements], IN_TRANSACTION)).toHaveLength(1)
})
