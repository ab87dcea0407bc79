import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, test } from 'vitest'
import { buildApp } from '../../services/ingress/app.ts'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { createTokenVerifier, signToken } from '../../shared/auth.ts'
import { buildAsyncApi } from '../../shared/contract/asyncapi/build-asyncapi.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { metrics } from '../../shared/metrics.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const lines: Record<string, unknown>[] = []
const stream = new Writable({
  write(line, _, done) {
    lines.push(JSON.parse(String(line)))
    done()
  },
})
const app = buildApp({
  verifyToken: createTokenVerifier({ JWT_SECRET }),
  limits: createLimits({}),
  corsOrigins: ['https://app.example'],
  logger: pino({ level: 'debug' }, stream),
} as unknown as IngressDeps)
const authorization = `Bearer ${await signToken(JWT_SECRET, 1, 60)}`

/** How often each route was answered with each status, by `<route> <status>`. */
async function countsOf(): Promise<Record<string, number>> {
  const { values = [] } = (await metrics.getSingleMetric('chat_http_requests_total')?.get()) ?? {}
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.route} ${labels.status}`, value]))
}

test.each([
  ['GET', '/api/v1/chat/messages/1', {}, 'GET /api/v1/chat/messages/:id 401'],
  ['GET', '/api/v1/chat/messages/1', { authorization }, 'GET /api/v1/chat/messages/:id 422'],
  ['HEAD', '/api/v1/chat/messages/1', { authorization }, 'GET /api/v1/chat/messages/:id 422'],
  ['GET', '/api/v1/chat/nothing', {}, 'unmatched 401'],
  ['GET', '/api/v1/chat/nothing', { authorization }, 'unmatched 404'],
  ['PUT', '/api/v1/chat/messages', { authorization }, 'unmatched 405'],
  ['GET', '/nothing', {}, 'unmatched 404'],
])(
  '%s %s with %o is counted as %s, once, and logged with its ids',
  async (method, path, headers, counted) => {
    const before = await countsOf()
    lines.length = 0
    const response = await app.request(path, { method, headers: { ...headers, 'x-request-id': 'find-me' } })
    expect(response.headers.get('x-request-id')).toBe('find-me')
    const after = await countsOf()
    const changed = Object.keys(after).filter(key => after[key] !== before[key])
    expect(changed).toEqual([counted])
    expect((after[counted] ?? 0) - (before[counted] ?? 0)).toBe(1)
    const answered = lines.filter(({ msg }) => msg === 'answered')
    expect(answered).toEqual([expect.objectContaining({ requestId: 'find-me', status: response.status })])
    expect(answered[0]?.traceId).toMatch(/^[0-9a-f]{32}$/)
  },
)

test.each([
  ['OPTIONS', '/api/v1/chat/messages', 204],
  ['GET', '/health/live', 200],
  ['GET', '/docs', 200],
])('%s %s is nothing that is counted', async (method, path, status) => {
  const before = await countsOf()
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  expect((await app.request(path, { method, headers })).status).toBe(status)
  expect(await countsOf()).toEqual(before)
})

test('an error of a page is answered as a problem with its request id', async () => {
  const failing = buildApp({ logger: pino({ level: 'silent' }) } as unknown as IngressDeps)
  failing.get('/fails', () => {
    throw new Error('inside')
  })
  const response = await failing.request('/fails', { headers: { 'x-request-id': 'find-me' } })
  expect([response.status, response.headers.get('x-request-id')]).toEqual([500, 'find-me'])
  expect(await response.text()).not.toContain('inside')
})

test('the documents are there for everybody, each time the same', async () => {
  for (let n = 0; n < 2; n++) {
    expect(await (await app.request('/asyncapi.json')).json()).toEqual(buildAsyncApi())
    expect(await (await app.request('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' })
    expect(await (await app.request('/docs/socket')).text()).toContain('sendMessage')
  }
})
