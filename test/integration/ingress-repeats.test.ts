import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { newId } from '../../shared/contract/identifiers.ts'
import type { LimitConfig } from '../../shared/limits/limit-settings.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createIngress, receiveCommands } from './ingress-harness.ts'

const ANN = 1
const BEN = 2
const CLEO = 3
/** Made in 2024. */
const OLD_ID = '0190b3a0-0000-7000-8000-000000000001'
const body = { recipientId: BEN, contentType: 'text', textContent: 'hello' }

let stack: AsyncDisposableStack
let aws: Awaited<ReturnType<typeof createTestAws>>
let database: TestDatabase

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  aws = stack.use(await createTestAws())
  database = stack.use(await createTestDatabase())
})
afterEach(() => stack.disposeAsync())

const commandsInQueue = () => receiveCommands(aws.sqs, aws.commandsQueueUrl)

/** An ingress process that has just been started: it remembers nothing. */
const startAfresh = (rates: LimitConfig = {}) =>
  createIngress({ db: database.db, commands: createCommandSender(aws.sqs, aws.commandsQueueUrl), rates })

async function persist(): Promise<number> {
  const commands = await commandsInQueue()
  const works = commands.map(({ command, trace }) => ({ command, trace, redelivered: false }))
  await storeCommands(database.db, works)
  return works.length
}

test.each([
  ['an id of its own', { ...body, id: OLD_ID }, {}],
  ['a UUIDv4 as Idempotency-Key', body, { 'idempotency-key': '2f1f5c3e-9f6a-4d6f-8b1e-0a9d5b7c1e11' }],
  ['another Idempotency-Key', body, { 'idempotency-key': 'order 66' }],
])(
  'a late repeat of a message with %s is answered as the first time, and sent no second time',
  async (_, sent, headers) => {
    const first = await startAfresh().call(ANN, 'POST', '/messages', sent, headers)
    expect(first.status).toBe(202)
    expect(await persist()).toBe(1)

    const late = await startAfresh().call(ANN, 'POST', '/messages', sent, headers)
    expect(late).toMatchObject({ status: 202, text: first.text })
    const waiting = await startAfresh().call(ANN, 'POST', '/messages', sent, { ...headers, prefer: 'wait=5' })
    expect(waiting.status).toBe(200)
    expect(waiting.body.data).toMatchObject({
      id: first.body.data.id,
      seq: 1,
      createdAt: first.body.data.createdAt,
    })
    expect(await commandsInQueue()).toEqual([])
  },
)

test('a late repeat of a message that its sender has deleted is answered as the first time', async () => {
  const first = await startAfresh().call(ANN, 'POST', '/messages', { ...body, id: OLD_ID })
  await persist()
  await startAfresh().call(ANN, 'DELETE', `/messages/${OLD_ID}`, undefined, { prefer: 'wait=0' })
  await persist()
  expect((await startAfresh().call(ANN, 'GET', `/messages/${OLD_ID}`)).status).toBe(404)
  const late = await startAfresh().call(ANN, 'POST', '/messages', { ...body, id: OLD_ID })
  expect(late).toMatchObject({ status: 202, text: first.text })
})

test('an old id with another body, or of another sender, is 409, and nothing is sent', async () => {
  await startAfresh().call(ANN, 'POST', '/messages', { ...body, id: OLD_ID })
  await persist()
  for (const [userId, changed] of [
    [ANN, { ...body, textContent: 'goodbye' }],
    [ANN, { ...body, recipientId: CLEO }],
    [ANN, { ...body, contentType: 'image', mediaUrl: 'https://media.example/1/x.png' }],
    [BEN, { ...body, recipientId: ANN }],
    [CLEO, body],
  ] as const) {
    const { status } = await startAfresh().call(userId, 'POST', '/messages', { ...changed, id: OLD_ID })
    expect([userId, changed, status]).toEqual([userId, changed, 409])
  }
  expect(await commandsInQueue()).toEqual([])
})

test('a repeat soon after, at another process, goes to the queue under the same deduplication id', async () => {
  const sent = { ...body, id: newId() }
  await startAfresh().call(ANN, 'POST', '/messages', sent)
  await startAfresh().call(ANN, 'POST', '/messages', sent)
  expect(await commandsInQueue()).toHaveLength(1)
})

test('a repeat that waits for what was sent without waiting gets it as soon as it is stored', async () => {
  const sent = { ...body, id: newId() }
  await startAfresh().call(ANN, 'POST', '/messages', sent)
  const waiting = startAfresh().call(ANN, 'POST', '/messages', sent, { prefer: 'wait=10' })
  expect(await persist()).toBe(1)
  expect(await waiting).toMatchObject({ status: 200, body: { data: { id: sent.id, seq: 1 } } })
})

test('a repeat that waits while another message takes its id is 409', async () => {
  const id = newId()
  await startAfresh().call(ANN, 'POST', '/messages', { ...body, id })
  const waiting = startAfresh().call(CLEO, 'POST', '/messages', { ...body, id }, { prefer: 'wait=10' })
  await persist()
  expect((await waiting).status).toBe(409)
})

test('the trace of a request goes on with its command', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const { call } = startAfresh()
  const tracestate = 'vendor=opaque'
  await call(ANN, 'POST', '/messages', body, { traceparent, tracestate })
  await call(ANN, 'POST', '/messages', body, { traceparent: 'nonsense', tracestate })
  const [given, made] = await commandsInQueue()
  expect(given?.trace).toEqual({ traceparent, tracestate })
  expect(made?.trace).toEqual({ traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) })
})

test('a conversation that is old is none of those that a user may begin, though this process has not seen it', async () => {
  await startAfresh().call(ANN, 'POST', '/messages', body)
  expect(await persist()).toBe(1)
  const { call } = startAfresh({ RATE_LIMIT_NEW_CONVERSATIONS: '1/3600' })
  const sendTo = async (recipientId: number) =>
    (await call(ANN, 'POST', '/messages', { ...body, recipientId })).status
  expect(await sendTo(CLEO)).toBe(202)
  expect(await sendTo(BEN)).toBe(202)
  expect(await sendTo(4)).toBe(429)
})

test('who writes to many whom he knows may begin half of his new conversations all the same', async () => {
  const [known, strangers] = [
    [2, 3, 4, 5],
    [6, 7, 8],
  ]
  await database.pool.query(
    `INSERT INTO users (id, username, name) SELECT n, 'user' || n, 'User ' || n FROM generate_series(6, 8) AS n`,
  )
  for (const recipientId of known)
    await startAfresh().call(ANN, 'POST', '/messages', { ...body, recipientId })
  expect(await persist()).toBe(4)
  const { call } = startAfresh({ RATE_LIMIT_NEW_CONVERSATIONS: '4/3600' })
  const statuses: number[] = []
  for (const recipientId of [...known, ...strangers])
    statuses.push((await call(ANN, 'POST', '/messages', { ...body, recipientId })).status)
  expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429])
})
