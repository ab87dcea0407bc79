import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import type { Database } from '../../shared/database/schema.ts'
import { createIngress } from './ingress-harness.ts'

const ADA = 1
const BEN = 2

/** A database that has nothing. */
const EMPTY = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

function startIngress(rates: Parameters<typeof createIngress>[0]['rates']) {
  const sent: ChatCommand[] = []
  const commands = {
    async send(command: ChatCommand) {
      sent.push(command)
    },
    async [Symbol.asyncDispose]() {},
  }
  const conversations = { otherParticipant: async () => BEN, requireParticipant: async () => {} }
  const users = { requireUser: async () => {} }
  const held: number[] = []
  const holdBack = async () => void held.push(held.length)
  const ingress = createIngress({
    db: EMPTY,
    commands,
    conversations,
    users,
    rates: rates ?? {},
    holdBack,
  })
  return { ...ingress, sent, held }
}

const text = (recipientId = BEN) => ({ recipientId, contentType: 'text', textContent: 'hi' })
const CONVERSATION = '00000000-0000-5000-8000-000000000001'

test('sends tell what is left, and beyond it are answered 429 with when to come again; nothing is queued', async () => {
  const { call, sent, held } = startIngress({ RATE_LIMIT_SENDS: '2/60' })
  const first = await call(ADA, 'POST', '/messages', text())
  expect(first.status).toBe(202)
  const quotaOf = ({ headers }: typeof first) =>
    ['limit', 'remaining', 'reset'].map(name => headers.get(`ratelimit-${name}`))
  expect(quotaOf(first)).toEqual(['2', '1', '30'])
  await call(ADA, 'POST', '/messages', text())
  const refused = await call(ADA, 'POST', '/messages', text())
  expect(refused.status).toBe(429)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
  expect(quotaOf(refused).slice(0, 2)).toEqual(['2', '0'])
  expect(refused.body).toMatchObject({
    type: 'https://growzone.co/problems/too-many-requests',
    title: 'Too Many Requests',
    status: 429,
    retryAfter: Number(refused.headers.get('retry-after')),
  })
  expect(sent).toHaveLength(2)
  expect(held).toHaveLength(1)
  expect((await call(BEN, 'POST', '/messages', text(ADA))).status, 'others are not concerned').toBe(202)
})

test('a first message with a new conversation counts as a message, and as a new conversation', async () => {
  const { call } = startIngress({ RATE_LIMIT_NEW_CONVERSATIONS: '1/3600' })
  expect((await call(ADA, 'POST', '/messages', text(3))).status).toBe(202)
  expect((await call(ADA, 'POST', '/messages', text(4))).status).toBe(429)
  expect((await call(ADA, 'POST', '/messages', text(3))).status).toBe(202)
})

test.each([
  ['RATE_LIMIT_TYPING', 'POST', `/conversations/${CONVERSATION}/typing`, { isTyping: true }],
  ['RATE_LIMIT_WRITES', 'POST', `/conversations/${CONVERSATION}/read`, { upToSeq: 1 }],
  ['RATE_LIMIT_WRITES', 'POST', `/conversations/${CONVERSATION}/delivered`, { upToSeq: 1 }],
  ['RATE_LIMIT_UPLOADS', 'POST', '/uploads', { contentType: 'video/mp4', size: 10 }],
])('%s limits %s %s', async (setting, method, path, body) => {
  const { call } = startIngress({ [setting]: '1/60' })
  expect((await call(ADA, method, path, body)).status).toBeLessThan(300)
  expect((await call(ADA, method, path, body)).status).toBe(429)
})

test.each([
  ['RATE_LIMIT_READS', 'GET', '/unread-count'],
  ['RATE_LIMIT_READS', 'GET', '/conversations'],
  ['RATE_LIMIT_WRITES', 'PATCH', `/conversations/${CONVERSATION}`],
  ['RATE_LIMIT_WRITES', 'DELETE', `/conversations/${CONVERSATION}`],
  ['RATE_LIMIT_WRITES', 'DELETE', `/messages/${CONVERSATION}`],
  ['RATE_LIMIT_WRITES', 'POST', '/conversations'],
  ['RATE_LIMIT_SOCKETS', 'POST', '/ws-tickets'],
  ['RATE_LIMIT_UPLOADS', 'POST', '/upload'],
])('%s limits %s %s before anything is read or asked', async (setting, method, path) => {
  const { call } = startIngress({ [setting]: '1/60' })
  await call(ADA, method, path)
  expect((await call(ADA, method, path)).status).toBe(429)
})
