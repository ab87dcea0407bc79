import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createIngress, tokenOf } from './ingress-harness.ts'

const PAGE = 'https://app.example'
const STRANGER = 'https://evil.example'
const commands = { async send() {}, async [Symbol.asyncDispose]() {} }

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

async function call(path: string, init: RequestInit & { origin?: string; as?: number }, allowed?: string[]) {
  const { app } = createIngress({ db: database.db, commands, corsOrigins: allowed })
  const { origin, as, ...rest } = init
  const response = await app.request(path, {
    ...rest,
    headers: {
      ...(rest.headers as Record<string, string>),
      ...(origin !== undefined && { origin }),
      ...(as !== undefined && { authorization: `Bearer ${await tokenOf(as)}` }),
    },
  })
  const corsHeaders = [...response.headers].filter(([name]) => /^(access-control-|vary)/.test(name))
  return { status: response.status, headers: response.headers, cors: Object.fromEntries(corsHeaders) }
}

const READABLE = {
  'access-control-allow-origin': PAGE,
  'access-control-expose-headers':
    'X-Request-Id,Retry-After,Preference-Applied,Location,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset',
  vary: 'Origin',
}

test('a page of an allowed origin may read answers', async () => {
  const { status, headers, cors } = await call('/api/v1/chat/unread-count', { origin: PAGE, as: 1 }, [PAGE])
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('x-request-id')).toBeTruthy()
  expect(cors).toEqual(READABLE)
})

test.each([
  [401, '/api/v1/chat/unread-count', { method: 'GET' }],
  [404, '/api/v1/chat/nothing-here', { method: 'GET', as: 1 }],
  [415, '/api/v1/chat/messages', { method: 'POST', as: 1 }],
])('and errors: %i', async (expected, path, init) => {
  const { status, headers, cors } = await call(path, { ...init, origin: PAGE }, [PAGE])
  expect(status).toBe(expected)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(cors).toEqual(READABLE)
})

test('it asks beforehand without a token', async () => {
  const asked = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  const init = { method: 'OPTIONS', origin: PAGE, headers: asked }
  const { status, cors } = await call('/api/v1/chat/messages', init, [STRANGER, PAGE])
  expect(status).toBe(204)
  expect(cors).toMatchObject({
    'access-control-allow-origin': PAGE,
    'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
    'access-control-allow-headers':
      'Authorization,Content-Type,Idempotency-Key,Prefer,X-Request-Id,traceparent,tracestate',
    'access-control-max-age': '7200',
  })
})

test('a page of another origin is told nothing', async () => {
  const { cors } = await call('/api/v1/chat/unread-count', { origin: STRANGER, as: 1 }, [PAGE])
  expect(cors).not.toHaveProperty('access-control-allow-origin')
  const asked = await call('/api/v1/chat/messages', { method: 'OPTIONS', origin: STRANGER }, [PAGE])
  expect(asked.cors).not.toHaveProperty('access-control-allow-origin')
})

test('who says no origin is no page: his answers say no word of it', async () => {
  const { status, cors } = await call('/api/v1/chat/unread-count', { as: 1 }, [PAGE])
  expect([status, cors]).toEqual([200, {}])
})

test('where no origin is allowed no answer says a word of it', async () => {
  expect((await call('/api/v1/chat/unread-count', { origin: PAGE, as: 1 })).cors).toEqual({})
  const asked = await call('/api/v1/chat/messages', { method: 'OPTIONS', origin: PAGE })
  expect([asked.status, asked.cors]).toEqual([401, {}])
})
