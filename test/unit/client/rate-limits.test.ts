import { expect, test } from 'vitest'
import { type ChatError, createChatClient } from '../../../client/src/index.ts'
import { createFakeServer, makeMessage, PEER, pendingOf } from '../../support/fake-chat-server.ts'
import { pass, takeFakeTime } from '../../support/fake-time.ts'

takeFakeTime(Date.UTC(2026, 5, 1))

const TOO_MANY = { type: 'about:blank', title: 'Too Many Requests', status: 429 }

/** A client that is online, and a server that limits one route for half a minute from the first request to it. */
async function startLimited(method: string, path: RegExp, accepted: { status: number; json?: unknown }) {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const errors: ChatError[] = []
  client.on('error', error => errors.push(error))
  await pass(100)
  const freeAt = Date.now() + 30_000
  server.on(method, path, ({ body }) => {
    const seconds = Math.ceil((freeAt - Date.now()) / 1_000)
    if (seconds > 0) return { status: 429, json: TOO_MANY, headers: { 'Retry-After': String(seconds) } }
    return accepted.json === undefined ? { ...accepted, json: { data: pendingOf(body) } } : accepted
  })
  return { server, client, errors, calls: () => server.callsTo(method, path).length }
}

test('who types too fast loses nothing: the outbox waits as it is told, and sends again', async () => {
  const { client, calls, server } = await startLimited('POST', /^\/messages$/, { status: 202 })
  const failures: unknown[] = []
  client.on('messageFailed', message => failures.push(message))
  const texts = Array.from({ length: 40 }, (_, n) => `${n}`)
  for (const textContent of texts) client.send({ recipientId: PEER }, { textContent })
  await pass(29_000)
  expect(calls()).toBe(1)
  await pass(4_000)
  const sent = server.callsTo('POST', /^\/messages$/).map(({ body }) => body.textContent)
  expect([sent, failures]).toEqual([['0', ...texts], []])
})

test('a receipt waits as it is told', async () => {
  const { server, calls } = await startLimited('POST', /delivered$/, { status: 202, json: { success: true } })
  server.sockets[0]?.push('newMessage', makeMessage(1))
  await pass(29_000)
  expect(calls()).toBe(1)
  await pass(4_000)
  expect(calls()).toBe(2)
})

test('so does what asks for a conversation that a frame told of', async () => {
  const path = /^\/conversations\/[^/?]+$/
  const { server, calls } = await startLimited('GET', path, { status: 200, json: { data: {} } })
  const conversationId = '00000000-0000-5000-8000-000000000002'
  server.sockets[0]?.push('newMessage', makeMessage(1, { conversationId }))
  await pass(29_000)
  expect(calls()).toBe(1)
  await pass(4_000)
  expect(calls()).toBe(2)
})

test('a refusal that comes by the socket tells its code and how long to wait', async () => {
  const { server, errors } = await startLimited('GET', /never/, { status: 200 })
  const detail = 'too many signs of typing; try again in 7 s'
  server.sockets[0]?.push('error', { ...TOO_MANY, detail, retryAfter: 7 })
  server.sockets[0]?.push('error', { type: 'about:blank', title: 'Validation Failed', status: 422 })
  expect(errors).toMatchObject([
    { code: 'rate-limited', status: 429, retryAfterMs: 7_000, retryable: true, message: detail },
    { code: 'rejected', status: 422, retryAfterMs: undefined, message: 'Validation Failed' },
  ])
})
