import { expect, inject, test } from 'vitest'
import { signToken } from '../../shared/auth.ts'
import { newId } from '../../shared/contract/identifiers.ts'
import { type Answer, callApi, createChatUser, createPair, refusalOf } from '../support/chat-user.ts'
import { forgeToken, HS256 } from '../support/forge-token.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const secret = () => inject('stack').JWT_SECRET as string

const forge = (header: object, claims: object) => forgeToken(header, claims, secret())
const inAnHour = Math.floor(Date.now() / 1000) + 3600

/** [name, token, what the challenge says] */
const BAD_TOKENS: [string, () => Promise<string> | string, string][] = [
  ['is expired', () => signToken(secret(), 1, -1), 'the token has expired'],
  ['is signed with another key', () => signToken('x'.repeat(40), 1, 60), 'the token is not valid'],
  [
    'says alg none',
    () => `${forge({ alg: 'none' }, { sub: '1' }).split('.').slice(0, 2).join('.')}.`,
    'not valid',
  ],
  ['says alg none over a true signature', () => forge({ alg: 'none' }, { sub: '1' }), 'not valid'],
  ['says HS512', () => forge({ alg: 'HS512' }, { sub: '1' }), 'not valid'],
  ['says RS256', () => forge({ alg: 'RS256' }, { sub: '1' }), 'not valid'],
  ['is garbage', () => 'garbage', 'not valid'],
  ['is changed in one place', async () => `${await signToken(secret(), 1, 60)}x`, 'not valid'],
  ['names nobody', () => forge(HS256, { exp: inAnHour }), 'not valid'],
  ['names user 0', () => forge(HS256, { sub: '0', exp: inAnHour }), 'not valid'],
  ['names user 2^31', () => forge(HS256, { sub: '2147483648', exp: inAnHour }), 'not valid'],
  ['names no number', () => forge(HS256, { sub: 'alice', exp: inAnHour }), 'not valid'],
  ['is not valid yet', () => forge(HS256, { sub: '1', nbf: inAnHour, exp: inAnHour }), 'not valid'],
]

function expectProblem({ status, headers, body }: Answer, expected: number, instance: string): void {
  expect(status).toBe(expected)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(headers.get('x-request-id')).toMatch(/.+/)
  const { errors, ...problem } = body
  expect(problem).toEqual({
    type: expect.stringMatching(/^(about:blank|https:\/\/.+)$/),
    title: expect.stringMatching(/^[A-Z]/),
    status: expected,
    detail: expect.stringMatching(/./),
    instance,
  })
  if (status === 422) {
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors)
      expect(error).toEqual({ path: expect.any(String), message: expect.any(String) })
  } else expect(errors).toBeUndefined()
}

test.each(BAD_TOKENS)('a token that %s opens nothing, by REST or by socket', async (_, makeToken, detail) => {
  const token = await makeToken()
  const answer = await callApi('GET', '/conversations', { authorization: `Bearer ${token}` })
  expectProblem(answer, 401, '/api/v1/chat/conversations')
  const challenge = answer.headers.get('www-authenticate')
  expect(challenge).toMatch(/^Bearer realm="[^"]+", error="invalid_token", error_description="/)
  expect(challenge).toContain(detail)
  expect(JSON.stringify(answer.body)).not.toContain(token)
  expect(await refusalOf(`${inject('stack').GATEWAY_URL}/?token=${encodeURIComponent(token)}`)).toBe(401)
})

test.each([
  ['no token', {}],
  ['an empty token', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
])('a request with %s is challenged without an error code', async (_, headers) => {
  for (const [method, path] of [
    ['GET', '/conversations'],
    ['POST', '/messages'],
    ['DELETE', `/messages/${newId()}`],
    ['GET', '/no-such-route'],
  ] as const) {
    const answer = await callApi(method, path, headers)
    expectProblem(answer, 401, `/api/v1/chat${path}`)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="growzone-chat"')
  }
  expect(await refusalOf(`${inject('stack').GATEWAY_URL}/`)).toBe(401)
  expect(await refusalOf(`${inject('stack').GATEWAY_URL}/?token=`)).toBe(401)
})

test('the user is claim sub or user_id, as a number or as a numeric string', async () => {
  const [ann, ben] = await createPair()
  await ann.sendText(ben.id, 'hi')
  for (const claims of [{ sub: String(ann.id) }, { user_id: ann.id }, { user_id: String(ann.id) }]) {
    const token = forge(HS256, { ...claims, exp: inAnHour })
    const { status, body } = await callApi('GET', '/conversations', { authorization: `bearer ${token}` })
    expect([status, body.data.length]).toEqual([200, 1])
  }
})

test('a token that expires refuses the next connection, and a fresh one opens it', async () => {
  const [ann, ben] = await createPair()
  const token = await signToken(secret(), ann.id, 2)
  const phone = await ann.openSocket(token)
  const expiresAt = Number(JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).exp)
  await new Promise(resolve => setTimeout(resolve, expiresAt * 1000 + 50 - Date.now()))
  phone.send({ action: 'sendMessage', requestId: 'late', data: { recipientId: ben.id } })
  // Whichever is sooner: the frame, or the gateway's look at whose time is over.
  const refused = phone.waitForReply('late').then(({ type, data }) => `${type} ${data.status}`)
  const ended = phone.closed.then(({ code }) => `closed ${code}`)
  expect(['error 401', 'closed 4401']).toContain(await Promise.race([refused, ended]))
  phone.close()
  await phone.closed
  expect(await refusalOf(`${inject('stack').GATEWAY_URL}/?token=${token}`)).toBe(401)
  const again = await ann.openSocket()
  const message = await ben.sendText(ann.id, 'welcome back')
  await again.waitForMessage(message.id)
})

test('every error is a problem with its request id, title, detail, place and failing paths', async () => {
  const [ann, ben] = await createPair()
  const text = { recipientId: ben.id, contentType: 'text', textContent: 'hi' }
  const [id, missing] = [newId(), newId()]
  await ann.sendText(ben.id, 'taken', { id })
  const cases: [number, string, Promise<Answer>][] = [
    [400, '/messages', ann.post('/messages', '{"recipientId":')],
    [404, `/messages/${missing}`, ann.get(`/messages/${missing}`)],
    [404, '/no-such-route', ann.get('/no-such-route')],
    [405, '/messages', ann.call('PUT', '/messages', text)],
    [409, '/messages', ann.post('/messages', { ...text, id })],
    [413, '/messages', ann.post('/messages', { ...text, textContent: 'x'.repeat(2 * 1024 * 1024) })],
    [
      415,
      '/messages',
      ann.post('/messages', 'recipientId=1', { 'content-type': 'application/x-www-form-urlencoded' }),
    ],
    [422, '/messages', ann.post('/messages', {})],
    [422, '/messages/not-a-uuid', ann.get('/messages/not-a-uuid')],
  ]
  for (const [status, path, answer] of cases) {
    expectProblem(await answer, status, `/api/v1/chat${path}`)
  }
  const { body } = await ann.post('/messages', { recipientId: 0, contentType: 'gif', audioDuration: 1000 })
  expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
    'audioDuration',
    'contentType',
    'recipientId',
  ])
})

test('a path outside the API is a problem, too', async () => {
  const { INGRESS_URL } = inject('stack')
  for (const path of ['/', '/api/v2/chat/conversations', '/favicon.ico']) {
    const response = await fetch(`${INGRESS_URL}${path}`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 404, title: 'Not Found', instance: path })
  }
})

test('health and metrics are answered at the root, without a token', async () => {
  const { INGRESS_URL } = inject('stack')
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    const response = await fetch(`${INGRESS_URL}${path}`)
    expect([path, response.status]).toEqual([path, 200])
    expect(await response.text()).toMatch(/live|ready|# HELP/)
  }
})

test('every answer carries the request id it was given, or a new one where it was ill-formed', async () => {
  const user = await createChatUser(1)
  const given = 'mobile-7f3a_42'
  expect((await user.get('/unread-count', { 'x-request-id': given })).headers.get('x-request-id')).toBe(given)
  expect((await user.get('/no-such-route', { 'x-request-id': given })).headers.get('x-request-id')).toBe(
    given,
  )
  const unauthorized = await callApi('GET', '/unread-count', { 'x-request-id': given })
  expect(unauthorized.headers.get('x-request-id')).toBe(given)
  for (const headers of [{}, { 'x-request-id': 'a b"<script>' }, { 'x-request-id': 'x'.repeat(300) }]) {
    expect((await user.get('/unread-count', headers)).headers.get('x-request-id')).toMatch(UUID)
  }
})

test('a traceparent is accepted, and a malformed one does no harm', async () => {
  const [ann, ben] = await createPair()
  const body = { recipientId: ben.id, contentType: 'text', textContent: 'traced' }
  for (const traceparent of [
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'nonsense',
    '00-0-0-0',
  ]) {
    const { status } = await ann.post('/messages', body, { traceparent, prefer: 'wait=10' })
    expect(status).toBe(201)
  }
})
