import { test } from 'vitest'
import { createAnnouncer } from '../../services/persister/announce.ts'
import { createGroupCommitter } from '../../services/persister/group-committer.ts'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { deadLetterQueueOf } from '../../shared/aws/topology.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import { type ChatEvent, chatEvent } from '../../shared/contract/events.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { createLogger } from '../../shared/logger.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { createEventPublisher, type EventPublisher } from '../../shared/messaging/event-publisher.ts'
import { DONE, startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import { ADA, BOB, DAN, EVE, messageOf, otherCommand, sendCommand } from '../support/commands.ts'
import { countMessages, peek, sendRaw } from '../support/queues.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase } from '../support/test-database.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const WAIT = { timeout: 60_000 }
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const logger = createLogger('test', 'silent')

interface Delivery {
  event: ChatEvent
  groupId: string
  attributes: Record<string, string>
}

/** Queue → persister → PostgreSQL → topic → delivery queue, in this process and on real parts. */
async function startPipeline({
  persisters = 1,
  wrapPublisher = (publisher: EventPublisher) => publisher,
} = {}) {
  await using started = new AsyncDisposableStack()
  const database = started.use(await createTestDatabase())
  const aws = started.use(await createTestAws())
  const { sqs, commandsQueueUrl, commandsDeadLetterQueueUrl, deliveriesQueueUrl } = aws
  const sender = started.use(createCommandSender(sqs, commandsQueueUrl))
  const common = { sqs, logger, waitTimeSeconds: 1 }

  const deliveries: Delivery[] = []
  started.use(
    startFifoConsumer({
      ...common,
      queueUrl: deliveriesQueueUrl,
      deadLetterQueueUrl: await findQueueUrl(sqs, deadLetterQueueOf(aws.names.deliveriesQueue)),
      handle: async messages =>
        messages.map(({ body, groupId, attributes }) => {
          deliveries.push({ event: chatEvent.parse(JSON.parse(body)), groupId, attributes })
          return DONE
        }),
    }),
  )
  const publisher = wrapPublisher(started.use(createEventPublisher(aws.sns, aws.topicArn)))
  const startPersister = () =>
    startFifoConsumer({
      ...common,
      queueUrl: commandsQueueUrl,
      deadLetterQueueUrl: commandsDeadLetterQueueUrl,
      handle: createCommandHandler(
        createGroupCommitter(
          works => storeCommands(database.db, works),
          logger,
          new AbortController().signal,
        ),
        createAnnouncer(publisher, logger, new AbortController().signal),
        logger,
      ),
    })
  for (let n = 0; n < persisters; n++) started.use(startPersister())
  const parts = started.move()
  return {
    database,
    deliveries,
    eventsIn: (conversationId: string) =>
      deliveries.filter(({ event }) => event.subject === conversationId).map(({ event }) => event),
    startPersister,
    send: (command: ChatCommand) => sender.send(command, { traceparent: TRACEPARENT }),
    sendRaw: (groupId: string, body: string, attributes?: Record<string, string>) =>
      sendRaw(sqs, commandsQueueUrl, groupId, body, attributes),
    commandsLeft: () => countMessages(sqs, commandsQueueUrl),
    deadLetters: () => peek(sqs, commandsDeadLetterQueueUrl),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

const NOTHING = { waiting: 0, inFlight: 0 }
const texts = (count: number) => Array.from({ length: count }, (_, n) => `text ${n}`)

test.concurrent('what is sent arrives, in order and gap-free per conversation, with its trace', async ({
  expect,
}) => {
  await using pipeline = await startPipeline({ persisters: 2 })
  const pairs = [
    [ADA, BOB],
    [BOB, ADA],
    [ADA, EVE],
    [EVE, DAN],
    [BOB, DAN],
  ] as const
  const sent = texts(40).flatMap(textContent =>
    pairs.map(([from, to]) => sendCommand(from, to, { textContent })),
  )
  await Promise.all(sent.map(pipeline.send))
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(sent.length)
  for (const [from, to] of pairs) {
    const messages = pipeline.eventsIn(conversationIdOf(from, to)).map(messageOf)
    expect(messages.map(message => message.seq)).toEqual(messages.map((_, n) => n + 1))
    const own = messages.filter(message => message.senderId === from)
    expect(own.map(message => message.textContent)).toEqual(texts(40))
  }
  const { groupId, attributes, event } = pipeline.deliveries[0] as Delivery
  expect(groupId).toBe(event.subject)
  expect(attributes).toEqual({ type: 'co.growzone.chat.message.created', traceparent: TRACEPARENT })
  await expect.poll(pipeline.commandsLeft, WAIT).toEqual(NOTHING)
})

test.concurrent('commands of every kind take effect in the order of their acceptance', async ({ expect }) => {
  await using pipeline = await startPipeline()
  const send = sendCommand(ADA, BOB, { textContent: 'a\uFFFE\u0001 👩🏽‍👩🏿‍👧🏻' })
  await pipeline.send(send)
  await pipeline.send(otherCommand(BOB, ADA_BOB, { type: 'messages.delivered', data: { upToSeq: 1 } }))
  await pipeline.send(
    otherCommand(BOB, ADA_BOB, { type: 'messages.read', data: { messageIds: [send.data.id] } }),
  )
  await pipeline.send(otherCommand(BOB, ADA_BOB, { type: 'typing.set', data: { isTyping: true } }))
  await pipeline.send(
    otherCommand(BOB, ADA_BOB, { type: 'message.delete', data: { messageId: send.data.id } }),
  )
  await pipeline.send(otherCommand(ADA, ADA_BOB, { type: 'conversation.configure', data: { muted: true } }))
  await pipeline.send(
    otherCommand(ADA, ADA_BOB, { type: 'conversation.delete', data: { upToSeq: 1 } }, { acceptedInMs: 5 }),
  )
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(7)
  expect(
    pipeline.deliveries.map(({ event }) => [
      event.type.replace('co.growzone.chat.', ''),
      event.data.audience,
    ]),
  ).toEqual([
    ['message.created', [BOB, ADA]],
    ['messages.delivered', [ADA, BOB]],
    ['messages.read', [ADA, BOB]],
    ['typing.changed', [ADA]],
    ['message.deleted', [BOB]],
    ['conversation.updated', [ADA]],
    ['conversation.updated', [ADA]],
  ])
  expect(messageOf(pipeline.deliveries[0]?.event).textContent).toBe(send.data.textContent)
})

test.concurrent('a body that nobody can read goes to the dead-letter queue with its reason, and its group goes on', async ({
  expect,
}) => {
  await using pipeline = await startPipeline()
  const secret = sendCommand(ADA, BOB, { textContent: 'secret text' })
  await pipeline.send(sendCommand(ADA, BOB, { textContent: 'before' }))
  await pipeline.sendRaw(ADA_BOB, 'not JSON', { traceparent: TRACEPARENT })
  await pipeline.sendRaw(ADA_BOB, JSON.stringify({ ...secret, version: 2 }))
  await pipeline.sendRaw(ADA_BOB, JSON.stringify({ ...secret, type: 'message.edit' }))
  await pipeline.sendRaw(
    ADA_BOB,
    JSON.stringify({ ...secret, data: { ...secret.data, contentType: 'secret text' } }),
  )
  await pipeline.send(sendCommand(ADA, BOB, { textContent: 'after' }))
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(2)
  expect(
    pipeline
      .eventsIn(ADA_BOB)
      .map(messageOf)
      .map(({ textContent, seq }) => [textContent, seq]),
  ).toEqual([
    ['before', 1],
    ['after', 2],
  ])
  await expect.poll(pipeline.commandsLeft, WAIT).toEqual(NOTHING)
  const dead = await pipeline.deadLetters()
  expect(dead.map(letter => letter.attributes.reason).toSorted()).toEqual([
    expect.stringMatching(/^invalid: data.contentType: /),
    expect.stringMatching(/^invalid: type: /),
    expect.stringMatching(/^invalid: version: /),
    'not JSON',
  ])
  expect(JSON.stringify(dead.map(letter => letter.attributes))).not.toContain('secret text')
  expect(dead).toContainEqual(
    expect.objectContaining({
      body: 'not JSON',
      attributes: expect.objectContaining({
        traceparent: TRACEPARENT,
        failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        origin: expect.stringMatching(/chat-commands\.fifo$/),
      }),
    }),
  )
})

test.concurrent('the sender of a command that can never succeed is told why, and it is kept', async ({
  expect,
}) => {
  await using pipeline = await startPipeline()
  const reply = sendCommand(ADA, BOB, { replyToId: newId() }, { requestId: 'frame 7' })
  const stranger = otherCommand(EVE, ADA_BOB, { type: 'conversation.configure', data: { pinned: true } })
  const withNul = sendCommand(ADA, BOB)
  withNul.data.textContent = 'a\0b'
  for (const command of [reply, stranger, withNul, sendCommand(ADA, BOB, { textContent: 'good' })]) {
    await pipeline.send(command)
  }
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(4)
  expect(pipeline.eventsIn(ADA_BOB)).toMatchObject([
    {
      type: 'co.growzone.chat.command.failed',
      data: { audience: [ADA], id: reply.data.id, code: 'reply_not_found', requestId: 'frame 7' },
    },
    {
      type: 'co.growzone.chat.command.failed',
      data: { audience: [EVE], id: stranger.id, code: 'conversation_not_found' },
    },
    {
      type: 'co.growzone.chat.command.failed',
      data: { audience: [ADA], id: withNul.data.id, code: 'rejected' },
    },
    { type: 'co.growzone.chat.message.created', data: { message: { textContent: 'good', seq: 1 } } },
  ])
  await expect.poll(pipeline.commandsLeft, WAIT).toEqual(NOTHING)
  const reasons = (await pipeline.deadLetters()).map(letter => letter.attributes.reason)
  expect(reasons.map(reason => reason?.split(':')[0]).toSorted()).toEqual([
    'conversation_not_found',
    'rejected',
    'reply_not_found',
  ])
})

test.concurrent('while the topic is away commands stay in the queue; then all is announced in order, stored once', async ({
  expect,
}) => {
  let isAway = true
  let refused = 0
  await using pipeline = await startPipeline({
    wrapPublisher: publisher => ({
      ...publisher,
      publish: (event, trace) => {
        if (!isAway) return publisher.publish(event, trace)
        refused++
        return Promise.reject(new Error('topic away'))
      },
    }),
  })
  for (const textContent of texts(5)) await pipeline.send(sendCommand(ADA, BOB, { textContent }))
  await expect.poll(() => refused, WAIT).toBeGreaterThan(0)
  const { waiting, inFlight } = await pipeline.commandsLeft()
  expect(waiting + inFlight).toBe(5)
  isAway = false
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(5)
  expect(
    pipeline
      .eventsIn(ADA_BOB)
      .map(messageOf)
      .map(({ textContent, seq }) => [textContent, seq]),
  ).toEqual(texts(5).map((text, n) => [text, n + 1]))
  const { rows } = await pipeline.database.pool.query('SELECT count(*)::int AS stored FROM messages')
  expect(rows).toEqual([{ stored: 5 }])
  await expect.poll(pipeline.commandsLeft, WAIT).toEqual(NOTHING)
})

test.concurrent('a persister that ends leaves nothing in flight, and the next one goes on', async ({
  expect,
}) => {
  await using pipeline = await startPipeline({ persisters: 0 })
  const sent = texts(60).map(textContent => sendCommand(ADA, BOB, { textContent }))
  await Promise.all(sent.map(pipeline.send))
  const first = pipeline.startPersister()
  await expect.poll(() => pipeline.deliveries.length, { ...WAIT, interval: 2 }).toBeGreaterThan(0)
  await first[Symbol.asyncDispose]()
  expect((await pipeline.commandsLeft()).inFlight).toBe(0)
  await using _second = pipeline.startPersister()
  await expect.poll(() => pipeline.deliveries.length, WAIT).toBe(60)
  expect(
    pipeline
      .eventsIn(ADA_BOB)
      .map(messageOf)
      .map(message => message.textContent),
  ).toEqual(texts(60))
})

test.concurrent('the same command twice in the queue, as after a lost answer, is stored and announced once', async ({
  expect,
}) => {
  await using pipeline = await startPipeline()
  const command = sendCommand(ADA, BOB)
  await pipeline.send(command)
  await pipeline.send(command)
  await pipeline.sendRaw(ADA_BOB, JSON.stringify(command))
  await pipeline.send(sendCommand(ADA, BOB, { textContent: 'last' }))
  await expect.poll(() => pipeline.eventsIn(ADA_BOB).map(messageOf).at(-1)?.textContent, WAIT).toBe('last')
  expect(
    pipeline
      .eventsIn(ADA_BOB)
      .map(messageOf)
      .map(message => message.seq),
  ).toEqual([1, 2])
})

test.concurrent('an event that is published again, its answer lost, arrives once', async ({ expect }) => {
  const published: string[] = []
  await using pipeline = await startPipeline({
    wrapPublisher: publisher => ({
      ...publisher,
      publish: async (event, trace) => {
        await publisher.publish(event, trace)
        if (published.push(event.id) === 1) throw new Error('socket hang up')
      },
    }),
  })
  await pipeline.send(sendCommand(ADA, BOB))
  await expect.poll(() => published.length, WAIT).toBe(2)
  expect(published[1]).toBe(published[0])
  await pipeline.send(sendCommand(ADA, BOB))
  await expect.poll(() => pipeline.eventsIn(ADA_BOB).map(messageOf).at(-1)?.seq, WAIT).toBe(2)
  expect(pipeline.deliveries).toHaveLength(2)
})
