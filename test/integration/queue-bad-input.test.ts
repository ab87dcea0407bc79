import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDelivery } from '../../services/delivery/deliver.ts'
import { createAnnouncer } from '../../services/persister/announce.ts'
import { createGroupCommitter } from '../../services/persister/group-committer.ts'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { deadLetterQueueOf } from '../../shared/aws/topology.ts'
import { buildEvent } from '../../shared/contract/events.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { PUBLIC_MEDIA } from '../../shared/media/media-signer.ts'
import { encodeBody } from '../../shared/messaging/encode-body.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import { type HandleMessages, startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import {
  ADA,
  BOB,
  EVE,
  messageOf,
  otherCommand,
  sendCommand,
  store,
  storeTexts,
} from '../support/commands.ts'
import { countMessages, peek, sendRaw } from '../support/queues.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

/** What is put on the queues by hand, as nobody's ingress would. */
const SECRET = 'do not write this down'
const ADA_BOB = conversationIdOf(ADA, BOB)
const BOB_EVE = conversationIdOf(BOB, EVE)
/** "Within a second", on a busy machine. */
const SOON = { timeout: 5_000 }

const parts = new AsyncDisposableStack()
let database: TestDatabase
let aws: Awaited<ReturnType<typeof createTestAws>>
let deliveriesDeadLetterQueueUrl: string
const logs: string[] = []
// biome-ignore lint/suspicious/noExplicitAny: frames of every shape
const pushed: { userId: number; type: string; data: any }[] = []
const receiveCounts = new Map<string, number>()

beforeAll(async () => {
  database = parts.use(await createTestDatabase())
  aws = parts.use(await createTestAws())
  const { sqs } = aws
  const logger = pino({ level: 'trace' }, { write: line => logs.push(line) })
  const never = new AbortController().signal
  deliveriesDeadLetterQueueUrl = await findQueueUrl(sqs, deadLetterQueueOf(aws.names.deliveriesQueue))
  const publisher = parts.use(createEventPublisher(aws.sns, aws.topicArn))
  const common = { sqs, logger, waitTimeSeconds: 1 }
  parts.use(
    startFifoConsumer({
      ...common,
      queueUrl: aws.deliveriesQueueUrl,
      deadLetterQueueUrl: deliveriesDeadLetterQueueUrl,
      handle: countingReceives(
        createDelivery({
          findConnections: async userIds => new Map([...userIds].map(userId => [userId, [String(userId)]])),
          push: async (connectionId, payload) => {
            pushed.push({ userId: Number(connectionId), ...JSON.parse(payload.toString()) })
            return 'pushed'
          },
          removeGone: async () => {},
          disconnect: async () => {},
          signer: PUBLIC_MEDIA,
          logger,
        }),
      ),
    }),
  )
  const committer = createGroupCommitter(works => storeCommands(database.db, works), logger, never)
  parts.use(
    startFifoConsumer({
      ...common,
      queueUrl: aws.commandsQueueUrl,
      deadLetterQueueUrl: aws.commandsDeadLetterQueueUrl,
      handle: countingReceives(
        createCommandHandler(committer, createAnnouncer(publisher, logger, never), logger),
      ),
    }),
  )
})
afterAll(() => parts.disposeAsync())

beforeEach(async () => {
  await database.pool.query('DELETE FROM conversations')
  await storeTexts(database.db, ADA, BOB, ['first'])
  pushed.length = 0
})

function countingReceives(handle: HandleMessages): HandleMessages {
  return messages => {
    for (const { body, receiveCount } of messages) receiveCounts.set(body, receiveCount)
    return handle(messages)
  }
}

const put = (body: string, group = ADA_BOB, attributes?: Record<string, string>) =>
  sendRaw(aws.sqs, aws.commandsQueueUrl, group, body, attributes)
const putEvent = (body: string, group = ADA_BOB) => sendRaw(aws.sqs, aws.deliveriesQueueUrl, group, body)

/** A good message behind the bad one in its group is stored, and pushed to its two users alone. */
async function expectNextIsStored(): Promise<void> {
  const next = sendCommand(ADA, BOB, { textContent: 'next' })
  await put(encodeBody(next))
  const reached = () =>
    pushed.filter(({ type, data }) => type === 'newMessage' && data.id === next.data.id).map(p => p.userId)
  await expect.poll(() => reached().toSorted(), SOON).toEqual([ADA, BOB])
}

async function expectBuriedOnce(body: string, queueUrl = aws.commandsDeadLetterQueueUrl) {
  let letter: Awaited<ReturnType<typeof peek>>[number] | undefined
  await expect
    .poll(async () => {
      letter ??= (await peek(aws.sqs, queueUrl)).find(each => each.body === body)
      return letter?.body === body
    }, SOON)
    .toBe(true)
  expect(receiveCounts.get(body)).toBe(1)
  return letter?.attributes ?? {}
}

const expectNoLeaks = () => expect(logs.join('')).not.toContain(SECRET)
const reachedEve = () => pushed.filter(({ userId }) => userId === EVE)
const good = () => sendCommand(ADA, BOB, { textContent: SECRET })

test.each([
  ['no JSON', () => `{"textContent": "${SECRET}"`, 'not JSON'],
  ['JSON that is no object', () => JSON.stringify(SECRET), 'invalid: body'],
  ['another schema', () => JSON.stringify({ ...good(), data: { text: SECRET } }), 'invalid: data.'],
  ['a future version', () => JSON.stringify({ ...good(), version: 2 }), 'invalid: version'],
  ['a type of its own', () => JSON.stringify({ ...good(), type: SECRET }), 'invalid: type'],
  ['256 KB of noise', () => SECRET + 'x'.repeat(262_144 - SECRET.length), 'too large'],
])(
  '%s is buried at the first attempt with its reason, and the next message is stored',
  async (_, bodyOf, reason) => {
    const body = bodyOf()
    await put(body, ADA_BOB, { traceparent: '00-1' })
    await expectNextIsStored()
    const attributes = await expectBuriedOnce(body)
    expect(attributes.reason).toContain(reason)
    expect(attributes).toMatchObject({ groupId: ADA_BOB, traceparent: '00-1' })
    expectNoLeaks()
  },
)

test('a body that leaves no room for our attributes is buried whole all the same', async () => {
  const attributes = { note: 'n'.repeat(100) }
  const room = 1_048_576 - 'note'.length - 'String'.length - attributes.note.length
  const body = SECRET + 'y'.repeat(room - SECRET.length)
  await put(body, ADA_BOB, attributes)
  await expectNextIsStored()
  const kept = await expectBuriedOnce(body)
  expect(kept).toEqual({ groupId: ADA_BOB, reason: 'too large', failedAt: expect.any(String) })
  const full = 'z'.repeat(1_048_576)
  await put(full)
  await expectNextIsStored()
  expect(await expectBuriedOnce(full)).toEqual({})
  expectNoLeaks()
})

test('a valid command that no event could tell of is refused before it is stored', async () => {
  const large = sendCommand(ADA, BOB, { textContent: 'x' })
  large.data.textContent = SECRET + 'x'.repeat(250_000)
  const body = encodeBody(large)
  await put(body)
  await expectNextIsStored()
  expect((await expectBuriedOnce(body)).reason).toContain('too large')
  expectNoLeaks()
})

test('a group that is not the conversation’s changes nothing: the command stands for itself', async () => {
  const strayed = sendCommand(ADA, BOB, { textContent: SECRET })
  await put(encodeBody(strayed), BOB_EVE)
  await expect.poll(() => pushed.map(({ userId }) => userId).toSorted(), SOON).toEqual([ADA, BOB])
  await expectNextIsStored()
  expect(reachedEve()).toEqual([])
  const { rows } = await database.pool.query('SELECT DISTINCT conversation_id FROM messages')
  expect(rows).toEqual([{ conversation_id: ADA_BOB }])
  expectNoLeaks()
})

test('a conversation id of strangers beside a pair of users is not believed', async () => {
  await storeTexts(database.db, BOB, EVE, ['ours'])
  const forged = { ...sendCommand(ADA, BOB, { textContent: SECRET }), conversationId: BOB_EVE }
  await put(encodeBody(forged), BOB_EVE)
  await expect.poll(() => pushed.map(({ userId }) => userId).toSorted(), SOON).toEqual([ADA, BOB])
  const { rows } = await database.pool.query('SELECT conversation_id FROM messages WHERE id = $1', [
    forged.data.id,
  ])
  expect(rows).toEqual([{ conversation_id: ADA_BOB }])
  expect(reachedEve()).toEqual([])
  expectNoLeaks()
})

test.each([
  ['read receipts', { type: 'messages.read', data: { upToSeq: 9 } }],
  ['delivery receipts', { type: 'messages.delivered', data: { messageIds: [newId()] } }],
  ['a deletion', { type: 'message.delete', data: { messageId: newId() } }],
  ['settings', { type: 'conversation.configure', data: { muted: true } }],
  ['a deletion of the whole', { type: 'conversation.delete', data: { upToSeq: 9 } }],
] as const)('%s of somebody who is no participant are buried, and only they are told', async (_, command) => {
  const forged = otherCommand(EVE, ADA_BOB, command as unknown as Parameters<typeof otherCommand>[2])
  const body = encodeBody(forged)
  await put(body)
  await expectNextIsStored()
  expect((await expectBuriedOnce(body)).reason).toMatch(/^conversation_not_found/)
  expect(reachedEve().map(({ type, data }) => [type, data.code])).toEqual([
    ['messageFailed', 'conversation_not_found'],
  ])
  const { rows } = await database.pool.query(
    `SELECT FROM messages WHERE read_at IS NOT NULL OR delivered_at IS NOT NULL
       OR sender_deleted_at IS NOT NULL OR recipient_deleted_at IS NOT NULL`,
  )
  expect(rows).toEqual([])
})

test('typing of somebody who is no participant reaches nobody', async () => {
  await put(encodeBody(otherCommand(EVE, ADA_BOB, { type: 'typing.set', data: { isTyping: true } })))
  await expectNextIsStored()
  expect(pushed.filter(({ type }) => type === 'typing')).toEqual([])
})

test('a message id of somebody else is refused and shows nothing of theirs', async () => {
  const [theirs] = (await store(database.db, sendCommand(BOB, EVE, { textContent: SECRET }))).map(messageOf)
  const body = encodeBody(sendCommand(ADA, BOB, { id: theirs?.id, textContent: 'mine' }))
  await put(body)
  await expectNextIsStored()
  expect((await expectBuriedOnce(body)).reason).toMatch(/^id_conflict/)
  expect(JSON.stringify(pushed)).not.toContain(SECRET)
  expect(reachedEve()).toEqual([])
  const reply = encodeBody(sendCommand(ADA, BOB, { replyToId: theirs?.id }))
  await put(reply)
  expect((await expectBuriedOnce(reply)).reason).toMatch(/^reply_not_found/)
  const deletion = encodeBody(
    otherCommand(BOB, ADA_BOB, { type: 'message.delete', data: { messageId: theirs?.id as string } }),
  )
  await put(deletion)
  expect((await expectBuriedOnce(deletion)).reason).toMatch(/^message_not_found/)
  expectNoLeaks()
})

test.each([
  ['no JSON', () => `{"${SECRET}`],
  ['another schema', () => JSON.stringify({ specversion: '1.0', data: SECRET })],
  ['a future version', () => JSON.stringify({ ...typing([BOB]), dataversion: 2, subject: SECRET })],
  ['256 KB of noise', () => SECRET + 'x'.repeat(262_144 - SECRET.length)],
  ['as much noise as fits', () => SECRET + 'x'.repeat(1_048_576 - SECRET.length)],
])('an event of %s is buried at the first attempt and holds up nobody', async (_, bodyOf) => {
  const body = bodyOf()
  await putEvent(body)
  await expectNextIsStored()
  await expectBuriedOnce(body, deliveriesDeadLetterQueueUrl)
  expect(pushed.every(({ type }) => type === 'newMessage')).toBe(true)
  expectNoLeaks()
})

function typing(audience: number[]) {
  const data = { audience, conversationId: ADA_BOB, userId: ADA, isTyping: true }
  const time = new Date().toISOString()
  return buildEvent({ id: newId(), name: 'typing.changed', conversationId: ADA_BOB, time, data })
}

/** Delivery reads no database: who may put on its queue (the topic alone, by the queue's policy) names the audience. */
test('an event is pushed to the audience it names and to nobody else', async () => {
  await putEvent(JSON.stringify(typing([BOB])))
  await expect.poll(() => pushed.map(({ userId, type }) => [userId, type]), SOON).toEqual([[BOB, 'typing']])
  const policy = await aws.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: aws.deliveriesQueueUrl,
      AttributeNames: ['Policy'],
    }),
  )
  expect(JSON.parse(policy.Attributes?.Policy ?? '{}').Statement).toMatchObject([
    {
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': aws.topicArn } },
    },
  ])
})

test('after all of it nothing is left on the queues', async () => {
  const left = () =>
    Promise.all([aws.commandsQueueUrl, aws.deliveriesQueueUrl].map(url => countMessages(aws.sqs, url)))
  await expect.poll(left).toEqual([
    { waiting: 0, inFlight: 0 },
    { waiting: 0, inFlight: 0 },
  ])
})
