import pg from 'pg'
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, migrateDown, migrateUp, migrationStatus } from '../../shared/database/migrate.ts'
import { takeMigrationLock } from '../../shared/database/migration-lock.ts'
import { MIGRATIONS } from '../../shared/database/migrations.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ALL = Object.keys(MIGRATIONS)
const IMPATIENT = { ...DEFAULT_LIMITS, lockTimeoutMs: 150, lockAttempts: 3, migratorWaitMs: 300 }

async function createDatabaseAt(lastApplied: string): Promise<TestDatabase> {
  const db = await createTestDatabase()
  for (const _ of ALL.slice(ALL.indexOf(lastApplied) + 1)) await migrateDown(db.url)
  return db
}

async function pendingIn(db: TestDatabase): Promise<string[]> {
  return (await migrationStatus(db.url)).filter(one => one.executedAt === undefined).map(({ name }) => name)
}

async function columnsOf(db: TestDatabase): Promise<unknown[]> {
  const { rows } = await db.pool.query(
    `SELECT table_name, column_name, is_nullable FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY 1, 2`,
  )
  return rows
}

async function indexesOf(db: TestDatabase): Promise<{ name: string; isValid: boolean }[]> {
  const { rows } = await db.pool.query(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS "isValid" FROM pg_index
     WHERE indrelid IN ('messages'::regclass, 'conversations'::regclass) ORDER BY 1`,
  )
  return rows
}

/** A report that somebody left open: its transaction holds the tables that it has read. */
async function openReport(db: TestDatabase) {
  const client = new pg.Client({ connectionString: db.url, application_name: 'report' })
  await client.connect()
  await client.query('BEGIN')
  await client.query('SELECT count(*) FROM messages, conversations')
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

/** What old code does all the while; every statement must come through. */
function keepServing(db: TestDatabase) {
  let isOver = false
  let served = 0
  const serving = (async () => {
    while (!isOver) {
      await db.pool.query(`UPDATE conversations SET updated_at = now()`)
      await db.pool.query(`SELECT id, text_content FROM messages LIMIT 1`)
      served++
    }
  })()
  return async () => {
    isOver = true
    await serving
    return served
  }
}

test('behind a long transaction migrate gives up, names who holds the lock, leaves nothing, and traffic goes on', async () => {
  await using db = await createDatabaseAt('001-seed-tables')
  await db.pool.query(`INSERT INTO conversations (participant1_id, participant2_id) VALUES (1, 2)`)
  const before = await columnsOf(db)
  const stopServing = keepServing(db)
  const lines: string[] = []
  {
    await using report = await openReport(db)
    const { rows } = await report.client.query('SELECT pg_backend_pid() AS pid')
    const migrating = migrateUp(db.url, { limits: IMPATIENT, log: line => lines.push(line) })
    await expect(migrating).rejects.toThrow(
      new RegExp(
        `^002-order-and-versions: a lock was not to be had within 150 ms, 3 times, held by .*pid ${rows[0].pid} report in a transaction for \\d+ s.*; nothing was changed; end what holds it, or wait, and run migrate again$`,
      ),
    )
  }
  expect(lines).toEqual([
    expect.stringMatching(/^002-order-and-versions: a lock .*; trying again \(1 of 3\)$/),
    expect.stringMatching(/; trying again \(2 of 3\)$/),
  ])
  expect(await stopServing()).toBeGreaterThan(0)
  expect(await columnsOf(db)).toEqual(before)
  expect(await pendingIn(db)).toEqual(ALL.slice(1))
  expect(await migrateUp(db.url)).toEqual(ALL.slice(1))
})

test('a lock that is free again in time is had by a later attempt', async () => {
  await using db = await createDatabaseAt('001-seed-tables')
  const report = await openReport(db)
  const applied = await migrateUp(db.url, {
    limits: { ...IMPATIENT, lockAttempts: 50 },
    log: () => void report[Symbol.asyncDispose](),
  })
  expect(applied).toEqual(ALL.slice(1))
})

test('a statement that takes too long ends its migration, and nothing of it is left', async () => {
  await using db = await createDatabaseAt('001-seed-tables')
  const before = await columnsOf(db)
  await using _ = await openReport(db)
  const limits = { ...IMPATIENT, lockTimeoutMs: 0, statementTimeoutMs: 200 }
  await expect(migrateUp(db.url, { limits })).rejects.toThrow(
    '002-order-and-versions: a statement took longer than 0.2 s or was cancelled; it was rolled back, and nothing of it is left',
  )
  expect(await columnsOf(db)).toEqual(before)
})

test('a migration outside a transaction that stops half-way says so, and the next run continues it', async () => {
  await using complete = await createTestDatabase()
  await using db = await createDatabaseAt('003-users-view-and-roles')
  {
    await using _ = await openReport(db)
    const limits = { ...IMPATIENT, statementTimeoutMs: 300 }
    await expect(migrateUp(db.url, { limits })).rejects.toThrow(
      /^004-lean-indexes: .*; it stopped half-way: mend the cause and run migrate again, which continues it$/,
    )
  }
  expect(await pendingIn(db)).toEqual(ALL.slice(3))
  expect(await migrateUp(db.url)).toEqual(ALL.slice(3))
  expect(await indexesOf(db)).toEqual(await indexesOf(complete))
})

test('an invalid index that a stopped attempt left behind is made anew', async () => {
  await using db = await createDatabaseAt('003-users-view-and-roles')
  await db.pool.query(
    `CREATE INDEX conversations_participant1_cleared ON conversations (participant1_id);
     UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'conversations_participant1_cleared'::regclass`,
  )
  await migrateUp(db.url)
  expect((await indexesOf(db)).filter(({ isValid }) => !isValid)).toEqual([])
  const { rows } = await db.pool.query(
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'conversations_participant1_cleared'`,
  )
  expect(rows[0].indexdef).toContain('participant1_cleared_seq > 0')
})

test('a second migrator waits, gives up in one line that names the first, and works when that is done', async () => {
  await using db = await createDatabaseAt('003-users-view-and-roles')
  const lines: string[] = []
  const options = { limits: IMPATIENT, log: (line: string) => lines.push(line) }
  const first = { connectionString: db.url, application_name: 'growzone-chat migrate' }
  {
    await using _ = await takeMigrationLock(first, { waitMs: 0, log: () => {} })
    await expect(migrateUp(db.url, options)).rejects.toThrow(
      /^another migrator is at work on this database \(pid \d+ growzone-chat migrate\); waited 0 s and changed nothing; run migrate again when it is done$/,
    )
    expect(lines).toEqual([expect.stringMatching(/^another migrator is at work .*; waiting$/)])
  }
  expect(await migrateUp(db.url, options)).toEqual(ALL.slice(3))
})

test('where a newer version has been, an older one changes nothing and succeeds, as a rollback needs it', async () => {
  await using db = await createTestDatabase()
  await db.pool.query(`INSERT INTO chat_migrations VALUES ('999-of-tomorrow', '2099-01-01T00:00:00.000Z')`)
  const lines: string[] = []
  expect(await migrateUp(db.url, { log: line => lines.push(line) })).toEqual([])
  expect(lines).toEqual([
    'the database has 999-of-tomorrow, unknown to this version: a newer one has been here; nothing is changed',
  ])
  expect((await migrationStatus(db.url)).at(-1)).toMatchObject({ name: '999-of-tomorrow', isUnknown: true })
  await expect(migrateDown(db.url)).rejects.toThrow('999-of-tomorrow is unknown to this version')
  await db.pool.query(`DELETE FROM chat_migrations WHERE name = '${ALL.at(-1)}'`)
  await expect(migrateUp(db.url)).rejects.toThrow(
    `the database has 999-of-tomorrow, unknown to this version, but lacks ${ALL.at(-1)}; run the newer version's migrate`,
  )
})

test.each([
  ['wrong:secret@', '', /^PostgreSQL at .* does not let wrong in: .*; check DATABASE_URL$/],
  ['', 'nowhere', /^PostgreSQL at .* has no database nowhere; check DATABASE_URL$/],
])(
  'a database that cannot be used (%s%s) is told in one line without the password',
  async (login, name, line) => {
    await using db = await createTestDatabase()
    const url = new URL(db.url)
    if (name) url.pathname = `/${name}`
    if (login) Object.assign(url, { username: 'wrong', password: 'secret' })
    const migrating = migrateUp(url.href)
    await expect(migrating).rejects.toThrow(line)
    await expect(migrating).rejects.not.toThrow('secret')
  },
)
