import { once } from 'node:events'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createGroupCommitter, type GroupCommitter } from '../../services/persister/group-committer.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import type { Result, Work } from '../../services/persister/work.ts'
import type { CommandOf } from '../../shared/contract/commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { connectDatabase, type DatabaseHandle } from '../../shared/database/connect.ts'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'
import { createLogger } from '../../shared/logger.ts'
import { withAdmin } from '../support/admin-database.ts'
import {
  ADA,
  BOB,
  DAN,
  EVE,
  eventsOf,
  messageOf,
  otherCommand,
  sendCommand,
  storeTexts,
  workOf,
} from '../support/commands.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const ADA_EVE = conversationIdOf(ADA, EVE)
const READ = { type: 'messages.read', data: { upToSeq: 1 } } as const
const APPLICATION = 'persister under test'
const parts = new AsyncDisposableStack()
let database: TestDatabase
/** Two instances of the persister, each with connections of its own. */
let instances: { handle: DatabaseHandle; committer: GroupCommitter }[]

beforeAll(async () => {
  database = parts.use(await createTestDatabase())
  instances = [1, 2].map(() => {
    const handle = parts.use(
      connectDatabase(
        { DATABASE_URL: database.url, DATABASE_POOL_SIZE: 2, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 },
        APPLICATION,
        { keepPlans: true },
      ),
    )
    return { handle, committer: createCommitter(works => storeCommands(handle.db, works)) }
  })
})
beforeEach(() => database.pool.query('DELETE FROM conversations'))
afterAll(() => parts.disposeAsync())

function createCommitter(store: (works: Work[]) => Promise<Result[]>): GroupCommitter {
  return createGroupCommitter(store, createLogger('test', 'silent'), new AbortController().signal)
}
const committerOf = (instance: number) => instances[instance]?.committer as GroupCommitter
const textCommand = (from: number, to: number, textContent: string) => sendCommand(from, to, { textContent })
const toldMessages = (results: Result[]) => results.flatMap(eventsOf).map(messageOf)

/** Messages of a conversation as they lie in the database, in their order. */
async function storedIn(conversationId: string) {
  const { rows } = await database.pool.query<{
    id: string
    seq: number
    version: number
    sender_id: number
    text_content: string
  }>(
    'SELECT id, seq, version, sender_id, text_content FROM messages WHERE conversation_id = $1 ORDER BY seq',
    [conversationId],
  )
  return rows
}

/** Every seq from 1 on, each version once, and the conversation's own counts at their ends. */
async function expectOneOrder(conversationId: string, messages: number): Promise<void> {
  const stored = await storedIn(conversationId)
  expect(stored.map(row => row.seq)).toEqual(Array.from({ length: messages }, (_, n) => n + 1))
  expect(new Set(stored.map(row => row.version)).size).toBe(messages)
  const { rows } = await database.pool.query('SELECT last_seq, version FROM conversations WHERE id = $1', [
    conversationId,
  ])
  expect(rows).toEqual([{ last_seq: messages, version: expect.any(Number) }])
  expect(rows[0].version).toBeGreaterThanOrEqual(Math.max(...stored.map(row => row.version)))
}

/** Gives the process ids of the connections that wait for a lock, once there are that many. */
async function waitForBlockedPersisters(count = 1): Promise<number[]> {
  let pids: number[] = []
  await expect
    .poll(async () => {
      const { rows } = await database.pool.query(
        `SELECT pid FROM pg_stat_activity
         WHERE application_name = $1 AND wait_event_type = 'Lock' AND datname = current_database()`,
        [APPLICATION],
      )
      pids = rows.map(row => row.pid)
      return pids
    })
    .toHaveLength(count)
  return pids
}

async function terminatePersisters(): Promise<number> {
  const { rowCount } = await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND datname = current_database()`,
    [APPLICATION],
  )
  return rowCount ?? 0
}

/** Somebody else in the database, with a transaction of their own. */
function withStranger<T>(run: (stranger: pg.Client) => Promise<T>): Promise<T> {
  return withAdmin(database.url, async stranger => {
    await stranger.query('BEGIN')
    return run(stranger)
  })
}

test('two instances that race over the same conversations give one gap-free order', async () => {
  const pairs = [
    [ADA, BOB],
    [BOB, ADA],
    [ADA, EVE],
    [DAN, BOB],
  ] as const
  const ROUNDS = 12
  const storing: Promise<Result[]>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const [instance, { committer }] of instances.entries()) {
      const sends = pairs.flatMap(([from, to]) =>
        [0, 1].map(n => workOf(textCommand(from, to, `${instance}:${round * 2 + n}`))),
      )
      const read = workOf(
        otherCommand(BOB, ADA_BOB, { type: 'messages.read', data: { upToSeq: round * 4 + 1 } }),
      )
      storing.push(committer.store([...sends, ...(round > 2 ? [read] : [])]))
    }
    if (round % 3 === 0) await storing.at(-1)
  }
  const results = (await Promise.all(storing)).flat()
  expect(results.every(result => result.ok)).toBe(true)

  const perPair = ROUNDS * 2 * instances.length
  await expectOneOrder(ADA_BOB, perPair * 2)
  await expectOneOrder(ADA_EVE, perPair)
  await expectOneOrder(conversationIdOf(BOB, DAN), perPair)
  for (const id of [ADA_BOB, ADA_EVE]) {
    const groups = Map.groupBy(
      await storedIn(id),
      row => `${row.sender_id} by ${row.text_content.split(':')[0]}`,
    )
    for (const rows of groups.values()) {
      expect(rows.map(row => Number(row.text_content.split(':')[1]))).toEqual(rows.map((_, n) => n))
    }
  }
})

test('what was told of a message is what is stored, whichever instance stored it', async () => {
  const results = await Promise.all(
    instances.flatMap(({ committer }) => [
      committer.store([workOf(textCommand(ADA, BOB, 'a')), workOf(textCommand(BOB, ADA, 'b'))]),
      committer.store([workOf(textCommand(ADA, BOB, 'c'))]),
    ]),
  )
  const told = toldMessages(results.flat()).map(({ id, seq, version }) => ({ id, seq, version }))
  const stored = (await storedIn(ADA_BOB)).map(({ id, seq, version }) => ({ id, seq, version }))
  expect(told.toSorted((a, b) => Number(a.seq) - Number(b.seq))).toEqual(stored)
})

test('messages that both instances get, one of them again, are stored once and told alike', async () => {
  const works = Array.from({ length: 40 }, (_, n) => workOf(textCommand(ADA, BOB, `${n}`)))
  const again = works.map(work => ({ ...work, redelivered: true }))
  const chunks = [0, 10, 20, 30].map(
    start => [works.slice(start, start + 10), again.slice(start, start + 10)] as const,
  )
  const results = await Promise.all(
    chunks.flatMap(([first, second]) => [committerOf(0).store(first), committerOf(1).store(second)]),
  )
  await expectOneOrder(ADA_BOB, 40)
  const seqById = new Map((await storedIn(ADA_BOB)).map(row => [row.id, row.seq]))
  const told = toldMessages(results.flat())
  expect(new Set(told.map(message => message.id)).size).toBe(40)
  for (const message of told) expect(message.seq).toBe(seqById.get(message.id))
})

test('a message id that another writer takes at the same moment is a conflict', async () => {
  await storeTexts(database.db, ADA, EVE, ['first'])
  const thief = sendCommand(BOB, ADA)
  const storing = await withStranger(async stranger => {
    await stranger.query(
      `INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, seq, version)
       VALUES ($1, $2, 1, 3, 'text', 'taken', 2, 2)`,
      [thief.data.id, ADA_EVE],
    )
    const result = committerOf(0).store([workOf(thief)])
    await waitForBlockedPersisters()
    await stranger.query('COMMIT')
    return result
  })
  expect(storing).toEqual([{ ok: false, error: expect.objectContaining({ code: 'id_conflict' }) }])
})

test('a command that only PostgreSQL refuses fails alone; the rest of its batch is stored in order', async () => {
  const withNul: CommandOf<'message.send'> = textCommand(ADA, BOB, 'x')
  withNul.data.textContent = 'a\0b'
  const toNobody: CommandOf<'message.send'> = textCommand(ADA, BOB, 'x')
  toNobody.data.recipientId = 2 ** 31
  const texts = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => textCommand(ADA, BOB, `${from + n}`))
  const commands = [...texts(0, 5), withNul, ...texts(5, 5), toNobody, ...texts(10, 5)]
  const results = await committerOf(0).store(commands.map(command => workOf(command)))
  const refused = results.flatMap((result, index) => (result.ok ? [] : [[index, result.error.code]]))
  expect(refused).toEqual([
    [5, 'rejected'],
    [11, 'rejected'],
  ])
  expect((await storedIn(ADA_BOB)).map(row => row.text_content)).toEqual(
    Array.from({ length: 15 }, (_, n) => `${n}`),
  )
  await expectOneOrder(ADA_BOB, 15)
})

test('what was stored beside a command that brings its transaction down is announced all the same', async () => {
  const [original] = await storeTexts(database.db, ADA, BOB, ['original'])
  await storeTexts(database.db, ADA, EVE, ['first'])
  const reply = sendCommand(ADA, BOB, { textContent: 'x', replyToId: original?.id })
  reply.data.textContent = 'a\0b'
  const works = [textCommand(ADA, EVE, 'second'), reply].map(command => workOf(command))
  const [plain, poison] = await committerOf(0).store(works)
  expect(poison).toMatchObject({ ok: false, error: { code: 'rejected' } })
  expect(toldMessages([plain as Result])).toMatchObject([{ textContent: 'second', seq: 2 }])
})

test('a user deleted while a message is on its way to them refuses that message alone', async () => {
  const { rows } = await database.pool.query(`INSERT INTO users (id) VALUES (90) RETURNING id`)
  const leaving = rows[0].id as number
  await storeTexts(database.db, ADA, leaving, ['hello'])
  const results = await withStranger(async stranger => {
    await stranger.query('DELETE FROM users WHERE id = $1', [leaving])
    const storing = committerOf(0).store([
      workOf(textCommand(ADA, leaving, 'bye')),
      workOf(textCommand(ADA, BOB, 'hi')),
    ])
    await waitForBlockedPersisters()
    await stranger.query('COMMIT')
    return storing
  })
  expect(results.map(result => result.ok)).toEqual([false, true])
  expect(results[0]).toMatchObject({ error: { code: 'recipient_not_found' } })
})

test('a deadlock is passed by trying again', async () => {
  await storeTexts(database.db, ADA, BOB, ['1'])
  const results = await withStranger(async stranger => {
    // The persister looks for a deadlock after a second and the stranger never, so it is the persister who gives way.
    await stranger.query(`SET LOCAL deadlock_timeout = '1min'`)
    await stranger.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [ADA])
    const storing = committerOf(0).store([workOf(textCommand(ADA, BOB, '2'))])
    await waitForBlockedPersisters()
    await stranger.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [ADA_BOB])
    await stranger.query('COMMIT')
    return storing
  })
  expect(toldMessages(results).map(message => message.seq)).toEqual([2])
})

test('a message that two receipts mark at the same moment is marked once', async () => {
  await storeTexts(database.db, ADA, BOB, ['1', '2', '3'])
  const reading = () => workOf(otherCommand(BOB, ADA_BOB, { type: 'messages.read', data: { upToSeq: 3 } }))
  const results = await withStranger(async stranger => {
    await stranger.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [ADA_BOB])
    const storing = instances.map(({ committer }) => committer.store([reading()]))
    await waitForBlockedPersisters(2)
    await stranger.query('COMMIT')
    return Promise.all(storing)
  })
  expect(results.flat().flatMap(eventsOf)).toMatchObject([{ data: { seqs: [1, 2, 3], version: 6 } }])
  const { rows } = await database.pool.query('SELECT version FROM conversations')
  expect(rows).toEqual([{ version: 6 }])
})

test('in a table of many conversations, too, whoever waited for another writer finds the conversation', async () => {
  await database.pool.query(
    `INSERT INTO users (id) SELECT generate_series(100, 5100);
     INSERT INTO conversations (id, participant1_id, participant2_id)
     SELECT gen_random_uuid(), n, n + 1 FROM generate_series(100, 5000) AS n;
     ANALYZE conversations`,
  )
  await storeTexts(database.db, ADA, BOB, ['1'])
  await storeTexts(database.db, ADA, EVE, ['1'])
  for (const changed of [ADA_BOB, ADA_EVE]) {
    const receipts = [otherCommand(BOB, ADA_BOB, READ), otherCommand(EVE, ADA_EVE, READ)]
    const results = await withStranger(async stranger => {
      await stranger.query('UPDATE conversations SET version = version + 1 WHERE id = $1', [changed])
      const storing = committerOf(0).store(receipts.map(command => workOf(command)))
      await waitForBlockedPersisters()
      await stranger.query('COMMIT')
      return storing
    })
    expect(results).toMatchObject([{ ok: true }, { ok: true }])
  }
})

test('a connection lost in the middle of a statement is passed by trying again', async () => {
  await storeTexts(database.db, ADA, BOB, ['1'])
  const results = await withStranger(async stranger => {
    await stranger.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [ADA_BOB])
    const storing = committerOf(0).store([
      workOf(textCommand(ADA, BOB, '2')),
      workOf(textCommand(BOB, ADA, '3')),
    ])
    const [pid] = await waitForBlockedPersisters()
    await database.pool.query('SELECT pg_terminate_backend($1)', [pid])
    await stranger.query('COMMIT')
    return storing
  })
  expect(toldMessages(results).map(message => message.seq)).toEqual([2, 3])
  await expectOneOrder(ADA_BOB, 3)
})

test('a connection lost between two statements ends the transaction, and not the process', async () => {
  const config = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 }
  await using handle = connectDatabase(config, APPLICATION, { keepPlans: true })
  const [[client]] = await Promise.all([once(handle.pool, 'connect'), sql`SELECT 1`.execute(handle.db)])
  const transaction = handle.db.transaction().execute(async trx => {
    await sql`SELECT 1`.execute(trx)
    // `once` of node:events would reject at the error that comes first.
    const ended = new Promise(resolve => client.once('end', resolve))
    await terminatePersisters()
    await ended
    await sql`SELECT 1`.execute(trx)
  })
  await expect(transaction).rejects.toSatisfy(isTransientDatabaseError)
  await sql`SELECT 1`.execute(handle.db)
})

test('a process that is frozen in a transaction keeps its locks for as long as a statement may take', async () => {
  await storeTexts(database.db, ADA, BOB, ['1'])
  const config = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 300 }
  await using frozen = connectDatabase(config, 'frozen')
  const [[client]] = await Promise.all([once(frozen.pool, 'connect'), sql`SELECT 1`.execute(frozen.db)])
  const transaction = frozen.db.transaction().execute(async trx => {
    await sql`SELECT FROM conversations WHERE id = ${ADA_BOB} FOR UPDATE`.execute(trx)
    const ended = new Promise(resolve => client.once('end', resolve))
    const results = await committerOf(0).store([workOf(textCommand(ADA, BOB, '2'))])
    expect(toldMessages(results)).toMatchObject([{ seq: 2 }])
    await ended
    await sql`SELECT 1`.execute(trx)
  })
  await expect(transaction).rejects.toSatisfy(isTransientDatabaseError)
})

test('a commit whose answer was lost is announced all the same', async () => {
  let losses = 0
  const committer = createCommitter(async works => {
    const results = await storeCommands(database.db, works)
    if (losses++ === 0) throw new Error('Connection terminated unexpectedly')
    return results
  })
  const command = textCommand(ADA, BOB, '1')
  const results = await committer.store([workOf(command)])
  expect(toldMessages(results)).toEqual([expect.objectContaining({ id: command.data.id, seq: 1 })])
  await expectOneOrder(ADA_BOB, 1)
})

test('with connections cut again and again, nothing is lost, doubled or out of order', async () => {
  const commands = Array.from({ length: 200 }, (_, n) => textCommand(ADA, BOB, `${n}`))
  const results: Result[] = []
  let cut = 0
  for (let start = 0; start < commands.length; start += 10) {
    const works = commands.slice(start, start + 10).map(command => workOf(command))
    const storing = committerOf((start / 10) % 2).store(works)
    cut += await terminatePersisters()
    results.push(...(await storing))
  }
  expect(cut).toBeGreaterThan(10)
  expect(toldMessages(results).map(message => [message.textContent, message.seq])).toEqual(
    commands.map((_, n) => [`${n}`, n + 1]),
  )
  await expectOneOrder(ADA_BOB, commands.length)
})
