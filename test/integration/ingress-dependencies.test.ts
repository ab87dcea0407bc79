import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { connectDatabase } from '../../shared/database/connect.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { type Answer, createIngress, receiveCommands, tokenOf } from './ingress-harness.ts'

const ANN = 1
const BEN = 2
const SECRET_TEXT = 'nobody else may read this'
const conversationId = conversationIdOf(ANN, BEN)
const text = (textContent = SECRET_TEXT) => ({ recipientId: BEN, contentType: 'text', textContent })

/** Nothing listens there. */
const DEAD_DATABASE = {
  DATABASE_URL: 'postgres://reader:s3cret@127.0.0.1:1/inner_database',
  DATABASE_POOL_SIZE: 2,
  DATABASE_STATEMENT_TIMEOUT_MS: 500,
}

let database: TestDatabase
let aws: Awaited<ReturnType<typeof createTestAws>>
const stack = new AsyncDisposableStack()
const dead = stack.use(connectDatabase(DEAD_DATABASE, 'test'))

beforeAll(async () => {
  database = stack.use(await createTestDatabase())
  aws = stack.use(await createTestAws())
})
afterAll(() => stack.disposeAsync())

let restore: (() => void) | undefined
afterEach(() => {
  restore?.()
  restore = undefined
})

const commandsInQueue = () => receiveCommands(aws.sqs, aws.commandsQueueUrl)
const createSender = () => createCommandSender(aws.sqs, aws.commandsQueueUrl)

/** Stores what is in the queue, as the persister would. */
async function persist(): Promise<void> {
  const commands = await commandsInQueue()
  await storeCommands(
    database.db,
    commands.map(({ command, trace }) => ({ command, trace, redelivered: false })),
  )
}

function expectUnavailable({ status, headers, body, text: raw }: Answer): void {
  expect(status).toBe(503)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(headers.get('x-request-id')).toBeTruthy()
  expect(body).toMatchObject({ status: 503, title: 'Service Unavailable', instance: expect.any(String) })
  expectNothingOfTheInside(raw)
}

function expectNothingOfTheInside(raw: string): void {
  expect(raw).not.toMatch(
    /127\.0\.0\.1|ECONNREFUSED|localhost|inner_database|s3cret|reader|select |from |\bat \S+:\d+|\.ts\b/i,
  )
}

test('while the database is away every read, and every write that needs one, is 503, and nothing is queued', async () => {
  const { call } = createIngress({ db: dead.db, commands: createSender() })
  const conversation = `/conversations/${conversationId}`
  for (const [method, path, body] of [
    ['GET', '/conversations'],
    ['GET', conversation],
    ['GET', `${conversation}/messages`],
    ['GET', `${conversation}/changes`],
    ['GET', `/messages/${newId()}`],
    ['GET', '/unread-count'],
    ['POST', '/conversations', { recipientId: BEN }],
    ['PATCH', conversation, { muted: true }],
    ['DELETE', conversation],
    ['DELETE', `/messages/${newId()}`],
    ['POST', `${conversation}/read`, { upToSeq: 1 }],
    ['POST', `${conversation}/delivered`, { upToSeq: 1 }],
    ['POST', `${conversation}/typing`, { isTyping: true }],
  ] as const) {
    expectUnavailable(await call(ANN, method, path, body))
  }
  expect(await commandsInQueue()).toEqual([])
})

test('while the database is away messages are accepted, replies and late repeats as well', async () => {
  const { call } = createIngress({ db: dead.db, commands: createSender() })
  const oldId = '0190b3a0-0000-7000-8000-000000000001'
  for (const body of [text(), { ...text(), replyToId: newId() }, { ...text(), id: oldId }]) {
    const { status, body: answer } = await call(ANN, 'POST', '/messages', body)
    expect([status, answer.data.status]).toEqual([202, 'pending'])
  }
  const commands = await commandsInQueue()
  expect(commands.map(({ command }) => command.type)).toEqual(Array(3).fill('message.send'))
})

test('a message accepted while the database is away is answered 202 although its sender asked to wait', async () => {
  const { call } = createIngress({ db: dead.db, commands: createSender() })
  const answer = await call(ANN, 'POST', '/messages', text(), { prefer: 'wait=1' })
  expect(answer).toMatchObject({ status: 202, body: { data: { status: 'pending' } } })
  expect(answer.headers.get('preference-applied')).toBe('wait=1')
  expect(await commandsInQueue()).toHaveLength(1)
})

test('while the queue is away every write is 503, and the same id sent again later is stored once', async () => {
  const { call } = createIngress({ db: database.db, commands: createSender() })
  await call(ANN, 'POST', '/messages', text('before'))
  await persist()
  const queue = mockClient(aws.sqs)
  restore = () => queue.restore()
  queue
    .on(SendMessageBatchCommand)
    .rejects(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4566'), { code: 'ECONNREFUSED' }))

  const body = { ...text('persistent'), id: newId() }
  const conversation = `/conversations/${conversationId}`
  for (const [method, path, content] of [
    ['POST', '/messages', body],
    ['POST', '/messages', body],
    ['POST', '/conversations', { recipientId: 3 }],
    ['PATCH', conversation, { muted: true }],
    ['DELETE', conversation],
    ['POST', `${conversation}/read`, { upToSeq: 1 }],
    ['POST', `${conversation}/delivered`, { upToSeq: 1 }],
    ['POST', `${conversation}/typing`, { isTyping: true }],
  ] as const) {
    expectUnavailable(await call(ANN, method, path, content))
  }
  expect((await call(ANN, 'GET', conversation)).body.data).toMatchObject({ muted: false, lastSeq: 1 })
  expect((await call(ANN, 'GET', `/messages/${body.id}`)).status).toBe(404)

  restore()
  const retried = await call(ANN, 'POST', '/messages', body)
  expect(retried).toMatchObject({ status: 202, body: { data: { id: body.id } } })
  await persist()
  const [first] = (await call(ANN, 'GET', `${conversation}/messages`)).body.data
  expect(first).toMatchObject({ id: body.id, textContent: 'persistent', seq: 2 })
})

test('a command that the queue refuses among others is 503 alone', async () => {
  const { call } = createIngress({ db: database.db, commands: createSender() })
  const queue = mockClient(aws.sqs)
  restore = () => queue.restore()
  queue
    .on(SendMessageBatchCommand)
    .callsFake(({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => ({
      Successful: [],
      Failed: Entries.filter(entry => entry.MessageBody.includes('unlucky')).map(({ Id }) => ({
        Id,
        Code: 'InternalError',
        SenderFault: false,
      })),
    }))
  const answers = await Promise.all(
    ['lucky', 'unlucky', 'fortunate'].map(each => call(ANN, 'POST', '/messages', text(each))),
  )
  expect(answers.map(answer => answer.status)).toEqual([202, 503, 202])
})

test('an error that nobody foresaw is 500 with its request id, and says nothing of the inside', async () => {
  const failing = {
    send: () => Promise.reject(new Error('relation "secret_table" in SELECT at /srv/app/x.ts:1:1')),
    async [Symbol.asyncDispose]() {},
  }
  const { call, logged } = createIngress({ db: database.db, commands: failing })
  const answer = await call(ANN, 'POST', '/messages', text(), { 'x-request-id': 'find-me' })
  expect(answer.status).toBe(500)
  expect(answer.headers.get('x-request-id')).toBe('find-me')
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'something went wrong on our side',
    instance: '/api/v1/chat/messages',
  })
  const errors = logged.map(line => JSON.parse(line)).filter(({ level }) => level >= 50)
  expect(errors).toEqual([
    expect.objectContaining({
      requestId: 'find-me',
      status: 500,
      cause: expect.stringContaining('secret_table'),
    }),
  ])
})

test('logs hold neither tokens nor texts, whatever goes wrong', async () => {
  const away = createIngress({ db: dead.db, commands: createSender() })
  const present = createIngress({ db: database.db, commands: createSender() })
  const queue = mockClient(aws.sqs)
  restore = () => queue.restore()
  queue.on(SendMessageBatchCommand).rejects(new Error('away'))
  const token = await tokenOf(ANN)
  for (const { call, app } of [away, present]) {
    await call(ANN, 'POST', '/messages', text())
    await call(ANN, 'GET', '/conversations')
    await call(ANN, 'POST', '/messages', { ...text(), recipientId: 0 })
    for (const authorization of [`Bearer ${token}x`, token, `Bearer ${token} ${token}`])
      expect((await app.request('/api/v1/chat/conversations', { headers: { authorization } })).status).toBe(
        401,
      )
    expect((await app.request(`/api/v1/chat/conversations?token=${token}`)).status).toBe(401)
  }
  const logged = [...away.logged, ...present.logged].join('')
  expect(logged).toContain('request failed')
  const [head, , signature] = token.split('.') as [string, string, string]
  for (const secret of [head, signature, SECRET_TEXT, 's3cret']) expect(logged).not.toContain(secret)
})
