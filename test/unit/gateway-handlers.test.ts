import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, test, vi } from 'vitest'
import { buildMessageEvent, type ConnectionInfo } from '../../services/gateway/build-events.ts'
import { createHandlers } from '../../services/gateway/handlers.ts'
import type { SocketEvent } from '../../services/gateway/socket-event.ts'
import { createTokenVerifier, signToken } from '../../shared/auth.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { unavailable } from '../../shared/contract/problems.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import { createLogger } from '../../shared/logger.ts'
import { metrics } from '../../shared/metrics.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const ADA = 1
const BOB = 2
const CONVERSATION = conversationIdOf(ADA, BOB)
const MESSAGE_ID = '0190b3a0-0000-7000-8000-000000000001'

const client = new DynamoDBClient({ region: 'eu-central-1' })
const dynamoDb = mockClient(client)
const send = vi.fn<(command: ChatCommand) => Promise<void>>()
const handlers = createHandlers({
  verifyToken: createTokenVerifier({ JWT_SECRET }),
  sender: { send, async [Symbol.asyncDispose]() {} },
  connections: createConnectionsTable(client),
  tickets: createTicketsTable(client),
  maxSocketsPerUser: 20,
  endSocket: async () => {},
  ...{ limits: createLimits({}), pairs: createKnownPairs() },
  mediaOrigins: ['https://media.example/'],
  logger: createLogger('gateway', 'silent'),
})

beforeEach(() => {
  dynamoDb.reset()
  dynamoDb.on(UpdateItemCommand).resolves({})
  send.mockReset().mockResolvedValue()
})

function eventOf(body: string, context: Partial<ConnectionInfo> = {}): SocketEvent {
  const info: ConnectionInfo = {
    connectionId: 'L0SM9cOFvHcCIhw=',
    connectedAt: Date.now() - 1000,
    domainName: 'localhost',
    stage: 'test',
    sourceIp: '127.0.0.1',
    userAgent: null,
    authorizer: { userId: String(ADA) },
    ...context,
  }
  return buildMessageEvent(info, '$default', { data: Buffer.from(body), isBinary: false })
}

async function reply(frame: unknown, context?: Partial<ConnectionInfo>) {
  const body = typeof frame === 'string' ? frame : JSON.stringify(frame)
  const result = await handlers.default(eventOf(body, context))
  return JSON.parse(result.body ?? 'null')
}

const text = (textContent: string) => ({ recipientId: BOB, contentType: 'text', textContent })
const lastCommand = () => send.mock.lastCall?.[0]

test('sendMessage is acknowledged with the pending message, and its requestId', async () => {
  const frame = { action: 'sendMessage', data: { ...text('héllo 👋'), id: MESSAGE_ID }, requestId: 'r1' }
  expect(await reply(frame)).toEqual({
    type: 'ack',
    requestId: 'r1',
    data: expect.objectContaining({
      id: MESSAGE_ID,
      conversationId: CONVERSATION,
      senderId: ADA,
      recipientId: BOB,
      textContent: 'héllo 👋',
      status: 'pending',
      seq: null,
    }),
  })
  expect(lastCommand()).toMatchObject({ type: 'message.send', userId: ADA, requestId: 'r1' })
})

test('the acknowledgement gives addresses of media as they came; the command holds the plain ones', async () => {
  const [mediaUrl, mediaThumbnailUrl] = ['a.jpg', 'a-thumbnail.webp'].map(
    name => `https://media.example/${ADA}/${name}`,
  )
  const signed = {
    mediaUrl: `${mediaUrl}?Signature=1`,
    mediaThumbnailUrl: `${mediaThumbnailUrl}?Signature=2`,
  }
  const data = { recipientId: BOB, contentType: 'image', ...signed }
  expect((await reply({ action: 'sendMessage', data })).data).toMatchObject(signed)
  expect(lastCommand()).toMatchObject({ data: { mediaUrl, mediaThumbnailUrl } })
})

test('sendMessage reads snake_case and a numeric string, as the mobile app sends them', async () => {
  const data = { recipient_id: '2', content_type: 'text', text_content: 'hi' }
  expect((await reply({ action: 'sendMessage', data })).data).toMatchObject({
    recipientId: BOB,
    textContent: 'hi',
  })
})

test('the sender is who the authorizer said, whatever the frame says', async () => {
  await reply({ action: 'sendMessage', data: { ...text('hi'), senderId: 99, userId: 99 }, userId: 99 })
  expect(lastCommand()).toMatchObject({ userId: ADA })
})

test.each([
  ['markRead', 'messages.read', { messageIds: [MESSAGE_ID] }],
  ['markDelivered', 'messages.delivered', { upToSeq: 7 }],
])('%s is acknowledged and sent on as %s', async (action, type, target) => {
  const frame = { action, data: { conversationId: CONVERSATION, ...target }, requestId: 'r2' }
  expect(await reply(frame)).toEqual({ type: 'ack', data: { success: true }, requestId: 'r2' })
  expect(lastCommand()).toMatchObject({ type, conversationId: CONVERSATION, userId: ADA, data: target })
})

test.each([[{ conversationId: CONVERSATION }], [{ recipientId: BOB }]])('typing takes %j', async where => {
  const frame = { action: 'typing', data: { ...where, isTyping: true } }
  expect(await reply(frame)).toEqual({ type: 'ack', data: { success: true } })
  expect(lastCommand()).toMatchObject({ type: 'typing.set', conversationId: CONVERSATION })
})

test('ping is answered with pong and noted in the registry', async () => {
  expect(await reply({ action: 'ping', requestId: 'r3' })).toMatchObject({ type: 'pong', requestId: 'r3' })
  const [call] = dynamoDb.commandCalls(UpdateItemCommand)
  expect(call?.args[0].input.ExpressionAttributeNames).toEqual({ '#connection': 'c#L0SM9cOFvHcCIhw=' })
})

test.each([
  ['not JSON', 'hello', 400],
  ['half JSON', '{"action":', 400],
  ['an empty frame', '', 400],
  ['an array', '[]', 400],
  ['null', 'null', 400],
  ['no action', { data: {} }, 400],
  ['an unknown action', { action: 'fly' }, 400],
  ['an action that is a route of API Gateway', { action: '$disconnect' }, 400],
  ['an action that every object has', { action: 'constructor' }, 400],
  ['an action that is no string', { action: 7 }, 400],
  ['no data', { action: 'sendMessage' }, 422],
  ['a recipient that is none', { action: 'sendMessage', data: { ...text('hi'), recipientId: 'abc' } }, 422],
  ['oneself', { action: 'sendMessage', data: { ...text('hi'), recipientId: ADA } }, 422],
  ['an empty text', { action: 'sendMessage', data: text('') }, 422],
  ['5001 characters', { action: 'sendMessage', data: text('x'.repeat(5001)) }, 422],
  ['NUL', { action: 'sendMessage', data: text('a\0b') }, 422],
  ['a lone surrogate', { action: 'sendMessage', data: text('\ud800') }, 422],
  [
    'media of elsewhere',
    {
      action: 'sendMessage',
      data: { recipientId: BOB, contentType: 'image', mediaUrl: 'https://evil.example/a' },
    },
    422,
  ],
  [
    'media of another user',
    {
      action: 'sendMessage',
      data: { recipientId: BOB, contentType: 'image', mediaUrl: `https://media.example/${BOB}/a.png` },
    },
    422,
  ],
  ['a receipt without target', { action: 'markRead', data: { conversationId: CONVERSATION } }, 422],
  ['a conversation id that is none', { action: 'markRead', data: { conversationId: 'x', upToSeq: 1 } }, 422],
  ['typing nowhere', { action: 'typing', data: { isTyping: true } }, 422],
  ['a requestId that is no string', { action: 'ping', requestId: {} }, 422],
])('%s gets an error frame', async (_, frame, status) => {
  const { type, data } = await reply(frame)
  expect({ type, status: data.status }).toEqual({ type: 'error', status })
  expect(data.title).toBeTypeOf('string')
  if (status === 422) expect(data.errors[0].message).toBeTypeOf('string')
  expect(send).not.toHaveBeenCalled()
})

test('a validation error names its paths and the frame it answers', async () => {
  const answer = await reply({ action: 'sendMessage', data: { contentType: 'poem' }, requestId: 'r4' })
  expect(answer.requestId).toBe('r4')
  expect(answer.data.errors.map((error: { path: string }) => error.path)).toEqual(
    expect.arrayContaining(['contentType', 'recipientId']),
  )
})

test('a binary frame gets an error frame', async () => {
  const result = await handlers.default({ ...eventOf('AAEC'), isBase64Encoded: true })
  expect(JSON.parse(result.body ?? '')).toMatchObject({ type: 'error', data: { status: 400 } })
})

test('a frame that comes after the token has expired gets 401', async () => {
  const authorizer = { userId: String(ADA), expiresAt: String(Math.floor(Date.now() / 1000) - 1) }
  expect(
    await reply({ action: 'sendMessage', data: text('hi'), requestId: 'r5' }, { authorizer }),
  ).toMatchObject({ type: 'error', data: { status: 401 }, requestId: 'r5' })
  expect(send).not.toHaveBeenCalled()
})

test('a queue that is away is told as 503', async () => {
  send.mockRejectedValue(unavailable('the message queue'))
  expect(await reply({ action: 'sendMessage', data: text('hi') })).toMatchObject({
    type: 'error',
    data: { status: 503 },
  })
})

test('an unexpected error tells nothing about the inside', async () => {
  send.mockRejectedValue(new Error('connect ECONNREFUSED 10.0.0.7:5432'))
  const answer = await reply({ action: 'sendMessage', data: text('hi') })
  expect(answer).toMatchObject({ type: 'error', data: { status: 500 } })
  expect(JSON.stringify(answer)).not.toContain('10.0.0.7')
})

test('a registry that is away refuses the connection, and is no fault of the one who leaves', async () => {
  dynamoDb.on(UpdateItemCommand).rejects(new Error('down'))
  expect(await handlers.connect(eventOf(''))).toEqual({ statusCode: 503 })
  expect(await handlers.disconnect(eventOf(''))).toEqual({ statusCode: 200 })
  expect(await reply({ action: 'ping' })).toMatchObject({ type: 'error', data: { status: 503 } })
})

test('frames that are answered with an error are counted by its status', async () => {
  const countOf = async (status: string) => {
    const { values } = (await metrics.getSingleMetric('chat_gateway_refused_frames_total')?.get()) ?? {}
    return values?.find(({ labels }) => labels.status === status)?.value ?? 0
  }
  const before = await Promise.all(['400', '503'].map(countOf))
  await reply({ action: 'dance' })
  send.mockRejectedValue(unavailable('the message queue'))
  await reply({ action: 'sendMessage', data: text('x') })
  await reply({ action: 'ping' })
  const after = await Promise.all(['400', '503'].map(countOf))
  expect(after.map((count, index) => count - (before[index] as number))).toEqual([1, 1])
})

const methodArn = 'arn:aws:execute-api:eu-central-1:1:api/prod/$connect'
const authorize = (token?: string) =>
  handlers.authorize({ methodArn, queryStringParameters: token === undefined ? null : { token } })

test('the authorizer lets a valid token in and names its user and its end', async () => {
  const policy = await authorize(await signToken(JWT_SECRET, ADA, 60))
  expect(policy).toMatchObject({
    principalId: '1',
    policyDocument: { Statement: [{ Effect: 'Allow', Resource: methodArn }] },
    context: { userId: ADA, expiresAt: expect.any(Number) },
  })
})

test.each([
  ['no token', undefined],
  ['an empty token', ''],
  ['a token that is none', 'nonsense'],
  ['alg:none', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
  ['an expired token', await signToken(JWT_SECRET, ADA, -60)],
  ['a token of another key', await signToken('another-secret-of-32-characters-!!!!', ADA, 60)],
])('the authorizer answers Unauthorized to %s', async (_, token) => {
  await expect(authorize(token)).rejects.toThrow(/^Unauthorized$/)
})
