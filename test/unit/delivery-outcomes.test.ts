import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { createDelivery } from '../../services/delivery/deliver.ts'
import { joinLookups } from '../../services/delivery/join-lookups.ts'
import { PushError, RegistryError } from '../../shared/connections/connection-errors.ts'
import type { Push } from '../../shared/connections/push.ts'
import { buildEvent, type ChatEvent } from '../../shared/contract/events.ts'
import { someConversation, storedMessage } from '../../shared/contract/examples.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { createLogger } from '../../shared/logger.ts'
import { createMediaSigner } from '../../shared/media/media-signer.ts'
import type { QueueMessage } from '../../shared/messaging/fifo-consumer.ts'

const [ADA, BOB, EVE] = [1, 2, 3]
const ADA_BOB = conversationIdOf(ADA, BOB)
const BOB_EVE = conversationIdOf(BOB, EVE)

const push = vi.fn<Push>()
const removeGone = vi.fn<(userId: number, connectionId: string) => Promise<void>>()
const disconnect = vi.fn<(connectionId: string) => Promise<void>>()
const findConnections = vi.fn<(userIds: Iterable<number>) => Promise<Map<number, string[]>>>()
const deliver = createDelivery({
  push,
  removeGone,
  disconnect,
  findConnections,
  signer: createMediaSigner({
    origin: 'https://media.example/',
    lifetimeSeconds: 60,
    sign: async url => `${url}?signed`,
  }),
  logger: createLogger('delivery', 'silent'),
})

beforeEach(() => {
  push.mockReset().mockResolvedValue('pushed')
  removeGone.mockReset().mockResolvedValue()
  disconnect.mockReset().mockResolvedValue()
  findConnections.mockReset().mockResolvedValue(
    new Map([
      [ADA, ['ada=']],
      [BOB, ['bob-phone=', 'bob-tablet=']],
    ]),
  )
})

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

function receipt(
  seq: number,
  { conversationId = ADA_BOB, audience = [ADA, BOB], ageSeconds = 0 } = {},
): ChatEvent {
  const at = ago(ageSeconds)
  const data = {
    audience,
    conversationId,
    messageIds: [randomUUID()],
    seqs: [seq],
    at,
    by: BOB,
    version: seq,
  }
  return buildEvent({ id: randomUUID(), name: 'messages.read', conversationId, time: at, data })
}

/** A message of Ada's, and Bob's conversation that shows it. */
function media(): ChatEvent[] {
  const ownMedia = { mediaUrl: 'https://media.example/1/a.jpg', mediaThumbnailUrl: null }
  const message = { ...storedMessage, ...ownMedia, contentType: 'image' as const }
  const conversation = { ...someConversation, lastMessage: message, deleted: false }
  const common = { id: randomUUID(), conversationId: ADA_BOB, time: ago(0) }
  return [
    buildEvent({ ...common, name: 'message.created', data: { audience: [BOB, ADA], message } }),
    buildEvent({ ...common, name: 'conversation.updated', data: { audience: [BOB], conversation } }),
  ]
}

function typing(ageSeconds: number): ChatEvent {
  const data = { audience: [BOB], conversationId: ADA_BOB, userId: ADA, isTyping: true }
  const time = ago(ageSeconds)
  return buildEvent({ id: randomUUID(), name: 'typing.changed', conversationId: ADA_BOB, time, data })
}

function messageOf(body: ChatEvent | string, { groupId = ADA_BOB, triedForSeconds = 0 } = {}): QueueMessage {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const group = typeof body === 'string' ? groupId : body.subject
  return {
    id: randomUUID(),
    groupId: group,
    body: text,
    receiptHandle: '',
    receiveCount: 1,
    sentAt: new Date(),
    firstReceivedAt: new Date(ago(triedForSeconds)),
    attributes: {},
  }
}

const statusesOf = async (...bodies: (ChatEvent | string)[]) =>
  (await deliver(bodies.map(body => messageOf(body)))).map(({ status }) => status)
const seqsTo = (connectionId: string) =>
  push.mock.calls
    .filter(([id]) => id === connectionId)
    .map(([, payload]) => JSON.parse(payload.toString()).data.seqs[0])
const unavailable = new PushError('unavailable', new Error('ECONNREFUSED'))

test('every connection of the audience gets every event, in order, without the audience', async () => {
  expect(await statusesOf(receipt(1), receipt(2), receipt(3))).toEqual(['done', 'done', 'done'])
  for (const connectionId of ['ada=', 'bob-phone=', 'bob-tablet='])
    expect(seqsTo(connectionId)).toEqual([1, 2, 3])
  const [, payload] = push.mock.calls[0] ?? []
  const frame = JSON.parse(String(payload))
  expect(frame).toMatchObject({ type: 'messageStatus', data: { status: 'read' } })
  expect(frame.data.audience).toBeUndefined()
})

test('an event is serialised once, and the whole batch is looked up once', async () => {
  const messages = [receipt(1), receipt(2, { conversationId: BOB_EVE, audience: [BOB, EVE] })].map(body =>
    messageOf(body),
  )
  const serialising = vi.spyOn(JSON, 'stringify')
  await deliver(messages)
  expect(serialising).toHaveBeenCalledTimes(messages.length)
  serialising.mockRestore()
  expect(findConnections).toHaveBeenCalledTimes(1)
  expect([...(findConnections.mock.calls[0]?.[0] ?? [])].toSorted()).toEqual([ADA, BOB, EVE])
  const first = push.mock.calls.filter(([, payload]) => payload.toString().includes('"seqs":[1]'))
  expect(first).toHaveLength(3)
  expect(new Set(first.map(([, payload]) => payload)).size).toBe(1)
})

test('addresses of media are signed on their way to a socket, and keep their place in the order', async () => {
  await statusesOf(receipt(1), ...media(), receipt(2))
  const frames = push.mock.calls
    .filter(([connectionId]) => connectionId === 'bob-phone=')
    .map(([, payload]) => JSON.parse(payload.toString()))
  expect(frames.map(({ type }) => type)).toEqual([
    'messageStatus',
    'newMessage',
    'conversationUpdated',
    'messageStatus',
  ])
  const shown = { mediaUrl: 'https://media.example/1/a.jpg?signed', mediaThumbnailUrl: null }
  expect(frames[1].data).toMatchObject(shown)
  expect(frames[2].data.lastMessage).toMatchObject(shown)
})

test('a connection gets its next event only after the one before', async () => {
  let inFlight = 0
  let most = 0
  push.mockImplementation(async connectionId => {
    if (connectionId !== 'ada=') return 'pushed'
    most = Math.max(most, ++inFlight)
    await new Promise(resolve => setTimeout(resolve, 2))
    inFlight--
    return 'pushed'
  })
  await statusesOf(receipt(1), receipt(2), receipt(3))
  expect(most).toBe(1)
})

test('a slow connection does not hold up another', async () => {
  const pushed: string[] = []
  push.mockImplementation(async connectionId => {
    if (connectionId === 'ada=') await new Promise(resolve => setTimeout(resolve, 20))
    pushed.push(connectionId)
    return 'pushed'
  })
  await statusesOf(receipt(1), receipt(2))
  expect(pushed.slice(-2)).toEqual(['ada=', 'ada='])
})

test('a gone connection is removed and not tried again', async () => {
  push.mockImplementation(async connectionId => (connectionId === 'bob-phone=' ? 'gone' : 'pushed'))
  expect(await statusesOf(receipt(1), receipt(2))).toEqual(['done', 'done'])
  expect(removeGone.mock.calls).toEqual([[BOB, 'bob-phone=']])
  expect(seqsTo('bob-phone=')).toEqual([1])
  expect(seqsTo('bob-tablet=')).toEqual([1, 2])
})

test('a gone connection that cannot be removed holds nothing up', async () => {
  push.mockResolvedValue('gone')
  removeGone.mockRejectedValue(new RegistryError('unavailable', new Error('down')))
  expect(await statusesOf(receipt(1))).toEqual(['done'])
})

test.each(['unavailable', 'throttled', 'rejected'] as const)(
  'a connection whose push fails (%s) is closed, the others get theirs',
  async code => {
    push.mockImplementation(async connectionId => {
      if (connectionId === 'ada=') throw new PushError(code, new Error('no'))
      return 'pushed'
    })
    expect(await statusesOf(receipt(1), receipt(2))).toEqual(['done', 'done'])
    expect(seqsTo('bob-phone=')).toEqual([1, 2])
    expect(disconnect.mock.calls).toEqual([['ada=']])
  },
)

test('events whose connection can be neither pushed to nor closed come again', async () => {
  push.mockImplementation(async connectionId => {
    if (connectionId === 'ada=') throw unavailable
    return 'pushed'
  })
  disconnect.mockRejectedValue(unavailable)
  expect(await statusesOf(receipt(1), receipt(2))).toEqual(['retry', 'retry'])
})

test('a payload too large is dropped and its connection closed', async () => {
  push.mockRejectedValueOnce(new PushError('too_large', new Error('413')))
  const toAda = { audience: [ADA] }
  expect(await statusesOf(receipt(1, toAda), receipt(2, toAda))).toEqual(['done', 'done'])
  expect(seqsTo('ada=')).toEqual([1, 2])
})

test('while the push endpoint is away events are retried, and their followers with them', async () => {
  push.mockRejectedValue(unavailable)
  const toNobody = receipt(2, { audience: [EVE] })
  const elsewhere = receipt(3, { conversationId: BOB_EVE, audience: [EVE] })
  expect(await statusesOf(receipt(1), toNobody, 'no event', elsewhere)).toEqual([
    'retry',
    'retry',
    'retry',
    'done',
  ])
})

test('while the registry is away events are retried', async () => {
  const error = new RegistryError('unavailable', new Error('down'))
  findConnections.mockRejectedValue(error)
  expect(await deliver([messageOf(receipt(1))])).toEqual([{ status: 'retry', error }])
  expect(push).not.toHaveBeenCalled()
})

test('an event is tried again for ten minutes from its first attempt, however old it was then', async () => {
  const old = receipt(1, { ageSeconds: 3_600 })
  const tried = (triedForSeconds: number) => messageOf(old, { triedForSeconds })
  expect(await deliver([tried(601)])).toEqual([{ status: 'done' }])
  expect(push).toHaveBeenCalledTimes(3)
  push.mockRejectedValue(unavailable)
  expect(await deliver([tried(599)])).toMatchObject([{ status: 'retry' }])
  expect(await deliver([tried(601), messageOf(receipt(2))])).toMatchObject([
    { status: 'done' },
    { status: 'retry' },
  ])
})

test('typing is pushed while it is fresh and dropped when it is old', async () => {
  expect(await statusesOf(typing(1))).toEqual(['done'])
  expect(push).toHaveBeenCalledTimes(2)
  expect(await statusesOf(typing(6))).toEqual(['done'])
  expect(push).toHaveBeenCalledTimes(2)
})

test.each([
  ['what is not JSON', 'no event'],
  ['an event of an unknown version', JSON.stringify({ ...receipt(1), dataversion: 2 })],
  ['an event of an unknown type', JSON.stringify({ ...receipt(1), type: 'co.growzone.chat.other' })],
])('%s is dead with a reason and holds up nobody', async (_, body) => {
  const outcomes = await deliver([messageOf(body), messageOf(receipt(2))])
  expect(outcomes).toEqual([
    { status: 'dead', reason: expect.stringMatching(/^(not JSON$|invalid: )/) },
    { status: 'done' },
  ])
  expect(seqsTo('ada=')).toEqual([2])
})

test('look-ups asked while one is under way are joined into the next', async () => {
  const asked: number[][] = []
  const found = joinLookups(async userIds => {
    asked.push([...userIds])
    await new Promise(resolve => setTimeout(resolve, 5))
    return new Map([...userIds].map(userId => [userId, [`of${userId}=`]]))
  })
  const results = await Promise.all([found([1]), found([2, 3]), found([3, 4])])
  expect(asked).toEqual([[1], [2, 3, 4]])
  expect(results[2]?.get(4)).toEqual(['of4='])
  await found([5])
  expect(asked).toHaveLength(3)
})

test('a look-up that fails fails those joined in it, and not the next', async () => {
  const find = vi.fn<(userIds: Iterable<number>) => Promise<Map<number, string[]>>>()
  find.mockResolvedValueOnce(new Map()).mockRejectedValueOnce(new Error('down')).mockResolvedValue(new Map())
  const found = joinLookups(find)
  const results = await Promise.allSettled([found([1]), found([2]), found([3])])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(await found([4])).toEqual(new Map())
})
