import { DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { beforeEach, expect, test, vi } from 'vitest'
import { redrive } from '../../infra/cli/dlq/redrive.ts'
import { createProgress } from '../../infra/cli/progress.ts'
import { createAnnouncer } from '../../services/persister/announce.ts'
import { createGroupCommitter } from '../../services/persister/group-committer.ts'
import { createCommandHandler } from '../../services/persister/handle-commands.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { createLogger } from '../../shared/logger.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import { startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { holdDeadLetters } from '../../shared/messaging/hold-dead-letters.ts'
import { sendCommand, store } from '../support/commands.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { createDlqFixture } from './dlq-fixture.ts'

vi.setConfig({ testTimeout: 60_000 })

const CONVERSATIONS = [conversationIdOf(1, 2), conversationIdOf(1, 3), conversationIdOf(2, 3)]
const [ADA_BOB = '', ADA_EVE = ''] = CONVERSATIONS
const logger = createLogger('test', 'silent')

let queues: Awaited<ReturnType<typeof createDlqFixture>>
beforeEach(async () => {
  queues = await createDlqFixture()
  return () => queues[Symbol.asyncDispose]()
})

/** Sends `count` bodies, 0 and up, to the conversations in turn. */
async function sendNumbers(count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await queues.send(queues.commandsQueueUrl, CONVERSATIONS[n % CONVERSATIONS.length] ?? '', `${n}`)
}

const numbersOf = (messages: { groupId: string; body: string }[], groupId: string) =>
  messages.filter(message => message.groupId === groupId).map(({ body }) => Number(body))

test('30 messages of 3 conversations go back in their order, whatever the order of their burial', async () => {
  await sendNumbers(30)
  await queues.bury((await queues.takeAll()).reverse(), 'not JSON')
  expect(await queues.dlq('redrive')).toEqual({ exitCode: 0, output: '30 sent back\n', errors: '' })
  const back = await queues.takeAll()
  expect(back).toHaveLength(30)
  for (const [index, conversation] of CONVERSATIONS.entries())
    expect(numbersOf(back, conversation)).toEqual(Array.from({ length: 10 }, (_, n) => index + 3 * n))
  expect(back[0]?.attributes.redriven).toMatch(/^\d{4}-.*Z$/)
  expect(back[0]?.attributes).not.toHaveProperty('reason')
  expect(await queues.list()).toEqual([])
})

test('one that died again keeps its place before those that followed it', async () => {
  await queues.send(queues.commandsQueueUrl, ADA_BOB, '1', { traceparent: '00-1' })
  await queues.bury(await queues.takeAll(), 'not JSON')
  await queues.send(queues.commandsQueueUrl, ADA_BOB, '2')
  const second = await queues.takeAll()
  await queues.dlq('redrive')
  await queues.bury([...second, ...(await queues.takeAll())], 'not JSON')
  await queues.dlq('redrive')
  const back = await queues.takeAll()
  expect(numbersOf(back, ADA_BOB)).toEqual([1, 2])
  expect(back[0]?.attributes.traceparent).toBe('00-1')
})

test('only what matches goes back, and json tells what did', async () => {
  const wanted = await queues.buryNew(ADA_BOB, '1', 'rejected: once')
  const other = await queues.buryNew(ADA_BOB, '2', 'not JSON')
  const { output } = await queues.dlq('redrive', '--reason', 'rejected', '--json')
  expect(JSON.parse(output)).toMatchObject({ id: wanted, queue: 'commands', status: 'redriven' })
  expect(numbersOf(await queues.takeAll(), ADA_BOB)).toEqual([1])
  expect(await queues.list()).toMatchObject([{ id: other }])
})

/** Redrives the dead commands in this process, by a client that fails, or does more, where it is told to. */
async function redriveWith(before: (command: unknown) => unknown, controller = new AbortController()) {
  const sqs = new Proxy(queues.sqs, {
    get: (target, name) =>
      name === 'send'
        ? async (command: never, options: never) => {
            await before(command)
            return target.send(command, options)
          }
        : Reflect.get(target, name),
  })
  const { signal } = controller
  await using hold = holdDeadLetters(sqs, queues.urls.commands, { matches: () => true, signal })
  return await redrive({
    queues: {
      receiveAll: async () =>
        (await hold.receiveAll()).map(letter => ({ queue: 'commands' as const, letter, hold })),
      describeUnseen: () => [],
      [Symbol.asyncDispose]: async () => {},
    },
    asJson: false,
    isSure: false,
    progress: createProgress(process.stderr),
    signal,
    throwIfInterrupted: () => signal.throwIfAborted(),
  })
}

test('a redrive that died between send and delete can be repeated: nothing comes twice', async () => {
  await sendNumbers(3)
  await queues.bury(await queues.takeAll(), 'not JSON')
  await redriveWith(command => {
    if (command instanceof DeleteMessageCommand) throw new Error('killed')
  })
  expect(await queues.list()).toHaveLength(3)
  expect((await queues.dlq('redrive')).output).toBe('3 sent back\n')
  expect((await queues.takeAll()).map(({ body }) => body).sort()).toEqual(['0', '1', '2'])
  expect(await queues.list()).toEqual([])
})

test('a refused send stops its conversation, not the others, and what stays is visible again', async () => {
  await sendNumbers(6)
  await queues.bury(await queues.takeAll(), 'not JSON')
  const report = await redriveWith(command => {
    if (command instanceof SendMessageCommand && command.input.MessageBody === '0')
      throw new Error('throttled')
  })
  expect(report).toMatchObject({ output: ['4 sent back'], failure: '1 failed and stay where they were' })
  expect(report.notes).toEqual([expect.stringMatching(/^[0-9a-f-]{36}: Error: throttled$/)])
  const back = await queues.takeAll()
  expect(numbersOf(back, ADA_BOB)).toEqual([])
  expect(numbersOf(back, ADA_EVE)).toEqual([1, 4])
  expect(await queues.visibleIn(queues.commandsDeadLetterQueueUrl)).toBe(2)
})

test('an interrupted redrive finishes what it sent, and the rest is visible again', async () => {
  for (let n = 0; n < 5; n++) await queues.send(queues.commandsQueueUrl, ADA_BOB, `${n}`)
  await queues.bury(await queues.takeAll(), 'not JSON')
  const controller = new AbortController()
  const report = await redriveWith(command => {
    if (command instanceof SendMessageCommand && command.input.MessageBody === '1') controller.abort()
  }, controller)
  expect(report.output).toEqual(['2 sent back'])
  expect(numbersOf(await queues.takeAll(), ADA_BOB)).toEqual([0, 1])
  expect(await queues.visibleIn(queues.commandsDeadLetterQueueUrl)).toBe(3)
})

test('a redriven command that was stored but never announced is announced', async () => {
  await using database = await createTestDatabase()
  const command = sendCommand(1, 2, { textContent: 'stored, not announced' })
  await store(database.db, command)
  await queues.buryNew(ADA_BOB, JSON.stringify(command), 'as if by mistake')
  await queues.dlq('redrive')
  const committer = createGroupCommitter(
    works => storeCommands(database.db, works),
    logger,
    new AbortController().signal,
  )
  await using publisher = createEventPublisher(queues.sns, queues.topicArn)
  await using _consumer = startFifoConsumer({
    sqs: queues.sqs,
    queueUrl: queues.commandsQueueUrl,
    deadLetterQueueUrl: queues.commandsDeadLetterQueueUrl,
    handle: createCommandHandler(
      committer,
      createAnnouncer(publisher, logger, new AbortController().signal),
      logger,
    ),
    logger,
    waitTimeSeconds: 1,
  })
  const announced: string[] = []
  await expect
    .poll(async () => {
      announced.push(...(await queues.takeAll('deliveries')).map(({ body }) => JSON.parse(body).type))
      return announced
    })
    .toEqual(['co.growzone.chat.message.created'])
})
