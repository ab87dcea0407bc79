import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { createAnnouncer } from '../../services/persister/announce.ts'
import { createGroupCommitter } from '../../services/persister/group-committer.ts'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { connectDatabase } from '../../shared/database/connect.ts'
import { sleep } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import { encodeBody } from '../../shared/messaging/encode-body.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import { startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { withAdmin } from '../support/admin-database.ts'
import { ADA, BOB, EVE, sendCommand, storeTexts } from '../support/commands.ts'
import { countMessages, sendRaw } from '../support/queues.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const APPLICATION = 'persister under test'
const MESSAGES = 5
/** Longer than the visibility of what is in hand. */
const VISIBILITY_SECONDS = 1
const OUTAGE_MS = 1_500

const parts = new AsyncDisposableStack()
let database: TestDatabase
let aws: Awaited<ReturnType<typeof createTestAws>>
let worker: Awaited<ReturnType<typeof startWorker>>
/** What is done, and how often it was received for that. */
const done: { body: string; receiveCount: number }[] = []
const failures = new Set<string>()

beforeAll(async () => {
  database = parts.use(await createTestDatabase())
  aws = parts.use(await createTestAws())
})
afterAll(() => parts.disposeAsync())

beforeEach(async () => {
  done.length = 0
  failures.clear()
  await database.pool.query('DELETE FROM conversations')
  worker = await startWorker()
  // With the worker's own connection, which from then on has its plans.
  await storeTexts(worker.db, ADA, BOB, ['first'])
})
afterEach(() => worker[Symbol.asyncDispose]())

async function startWorker() {
  await using started = new AsyncDisposableStack()
  const config = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: 2, DATABASE_STATEMENT_TIMEOUT_MS: 500 }
  const { db } = started.use(connectDatabase(config, APPLICATION, { keepPlans: true }))
  const logger = createLogger('test', 'silent')
  const never = new AbortController().signal
  const publisher = started.use(createEventPublisher(aws.sns, aws.topicArn))
  const committer = createGroupCommitter(
    works =>
      storeCommands(db, works).catch(error => {
        failures.add(error.code ?? error.message)
        throw error
      }),
    logger,
    never,
  )
  const handle = createCommandHandler(committer, createAnnouncer(publisher, logger, never), logger)
  started.use(
    startFifoConsumer({
      sqs: aws.sqs,
      queueUrl: aws.commandsQueueUrl,
      deadLetterQueueUrl: aws.commandsDeadLetterQueueUrl,
      handle: async messages => {
        const outcomes = await handle(messages)
        for (const [index, { body, receiveCount }] of messages.entries())
          if (outcomes[index]?.status === 'done') done.push({ body, receiveCount })
        return outcomes
      },
      logger,
      waitTimeSeconds: 1,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    }),
  )
  const running = started.move()
  return { db, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const withStranger = (run: (stranger: pg.Client) => Promise<void>) => withAdmin(database.url, run)
const hasFailedWith = (code: string) => expect.poll(() => [...failures]).toContain(code)

/** Kysely tells of the roll-back that failed on the lost connection, or of the statement that did. */
const wasCut = () => failures.has('Connection terminated unexpectedly') || failures.has('57P01')

/** The worker's sessions end; its next ones find the settings of now. */
async function cutConnections(which = 'true'): Promise<void> {
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = $1 AND datname = current_database() AND ${which}`,
    [APPLICATION],
  )
}

/** Inserts fail with this SQLSTATE until it is over. */
async function whileInsertsRaise(code: string, send: () => Promise<void>): Promise<void> {
  await database.pool.query(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION fail()`)
  await send()
  await hasFailedWith(code)
  await sleep(OUTAGE_MS)
  await database.pool.query('DROP TRIGGER fail ON messages; DROP FUNCTION fail')
}

async function whileLocked(send: () => Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
  await withStranger(async stranger => {
    await stranger.query('BEGIN')
    await stranger.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [ADA_BOB])
    await send()
    await meanwhile()
    await stranger.query('COMMIT')
  })
}

type Outage = (send: () => Promise<void>) => Promise<void>
const outages: [string, Outage][] = [
  ['a serialization failure (40001)', send => whileInsertsRaise('40001', send)],
  ['a deadlock (40P01)', send => whileInsertsRaise('40P01', send)],
  ['too many connections (53300)', send => whileInsertsRaise('53300', send)],
  [
    'a statement timeout (57014)',
    send =>
      whileLocked(send, async () => {
        await hasFailedWith('57014')
        await sleep(OUTAGE_MS)
      }),
  ],
  [
    'connections cut again and again',
    send =>
      whileLocked(send, async () => {
        const endsAt = Date.now() + OUTAGE_MS
        await expect
          .poll(async () => {
            await cutConnections("wait_event_type = 'Lock'")
            return wasCut() && Date.now() > endsAt
          })
          .toBe(true)
      }),
  ],
  [
    'a migration that outdates kept plans',
    async send => {
      const setPrecision = (digits: number) =>
        database.pool.query(`ALTER TABLE messages ALTER COLUMN sent_at TYPE timestamptz(${digits})`)
      for (let n = 0; n < 2; n++) await storeTexts(worker.db, ADA, EVE, ['makes the plans'])
      await database.pool.query('DELETE FROM conversations WHERE id <> $1', [ADA_BOB])
      await setPrecision(3)
      await send()
      await hasFailedWith('0A000')
      await setPrecision(6)
    },
  ],
  [
    'a table that is not there yet (42P01)',
    async send => {
      await database.pool.query('ALTER TABLE conversations RENAME TO later')
      await send()
      await hasFailedWith('42P01')
      await sleep(OUTAGE_MS)
      await database.pool.query('ALTER TABLE later RENAME TO conversations')
    },
  ],
  [
    'a database that lets nobody in (55000)',
    async send => {
      const set = (value: boolean) =>
        withAdmin(inject('databaseUrl'), async admin => {
          await admin.query(
            `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} ALLOW_CONNECTIONS ${value}`,
          )
        })
      await set(false)
      await cutConnections()
      await send()
      await hasFailedWith('55000')
      await sleep(OUTAGE_MS)
      await set(true)
    },
  ],
  [
    'a failover that leaves a server for reading only (25006)',
    async send => {
      const set = (value: string) =>
        database.pool.query(
          `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET default_transaction_read_only = ${value}`,
        )
      await set('on')
      await cutConnections()
      await send()
      await hasFailedWith('25006')
      await sleep(OUTAGE_MS)
      await set('off')
      await cutConnections()
    },
  ],
]

test.each(outages)('%s uses up no receive: all is stored in order at the first', async (_, outage) => {
  const bodies = Array.from({ length: MESSAGES }, (_, n) =>
    encodeBody(sendCommand(ADA, BOB, { textContent: `${n}` })),
  )
  await outage(async () => {
    for (const body of bodies) await sendRaw(aws.sqs, aws.commandsQueueUrl, ADA_BOB, body)
  })
  await expect.poll(() => done).toEqual(bodies.map(body => ({ body, receiveCount: 1 })))
  const { rows } = await database.pool.query('SELECT text_content FROM messages ORDER BY seq')
  expect(rows.map(row => row.text_content)).toEqual(['first', '0', '1', '2', '3', '4'])
  const nothing = { waiting: 0, inFlight: 0 }
  await expect.poll(() => countMessages(aws.sqs, aws.commandsQueueUrl)).toEqual(nothing)
  expect(await countMessages(aws.sqs, aws.commandsDeadLetterQueueUrl)).toEqual(nothing)
})
