import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleep } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import {
  DONE,
  type FifoConsumerOptions,
  type HandleMessages,
  type Outcome,
  startFifoConsumer,
} from '../../shared/messaging/fifo-consumer.ts'

/** What no emulator does on demand: calls that fail in part, are throttled, or come too late. */
const client = new SQSClient({ region: 'eu-central-1' })
const sqs = mockClient(client)

const QUEUE = 'https://sqs.example/1/commands.fifo'
const DEAD_LETTERS = 'https://sqs.example/1/commands-dlq.fifo'
const RETRY: Outcome = { status: 'retry', error: new Error('not now') }
const DEAD: Outcome = { status: 'dead', reason: 'not JSON' }

let made = 0
const messageOf = (
  group: string,
  { receiveCount = 1, ...rest }: Partial<Message> & { receiveCount?: number } = {},
) => {
  const id = String(++made)
  return {
    MessageId: id,
    ReceiptHandle: `handle ${id}`,
    Body: `body ${id}`,
    Attributes: {
      MessageGroupId: group,
      ApproximateReceiveCount: String(receiveCount),
      ApproximateFirstReceiveTimestamp: '1000',
      SentTimestamp: '0',
    },
    ...rest,
  }
}

/** Each poll brings the next of these; later ones bring nothing. */
function queueGives(...receives: Message[][]): void {
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    const Messages = receives.shift()
    if (!Messages) await sleep(5)
    return Messages ? { Messages } : {}
  })
}

function start(handle: HandleMessages, options: Partial<FifoConsumerOptions> = {}) {
  return startFifoConsumer({
    sqs: client,
    queueUrl: QUEUE,
    deadLetterQueueUrl: DEAD_LETTERS,
    handle,
    logger: createLogger('test', 'silent'),
    ...options,
  })
}

const deletedHandles = () =>
  sqs
    .commandCalls(DeleteMessageBatchCommand)
    .map(call => call.args[0].input.Entries?.map(e => e.ReceiptHandle))
const visibilityChanges = () =>
  sqs
    .commandCalls(ChangeMessageVisibilityBatchCommand)
    .flatMap(call => call.args[0].input.Entries?.map(e => [e.ReceiptHandle, e.VisibilityTimeout]) ?? [])
const deadLetters = () => sqs.commandCalls(SendMessageCommand).map(call => call.args[0].input)

afterEach(() => {
  vi.useRealTimers()
})
beforeEach(() => {
  made = 0
  sqs.reset()
  sqs.onAnyCommand().resolves({})
})
afterEach(() => vi.restoreAllMocks())

test('what is done is deleted, in one call', async () => {
  queueGives([messageOf('a'), messageOf('a'), messageOf('b')])
  await using _consumer = start(async messages => messages.map(() => DONE))
  await expect.poll(deletedHandles).toEqual([['handle 1', 'handle 2', 'handle 3']])
})

test('the handler gets what was sent, with its group, attributes and how often it came', async () => {
  const MessageAttributes = {
    traceparent: { DataType: 'String', StringValue: '00-1' },
    binary: { DataType: 'Binary', BinaryValue: new Uint8Array([1]) },
  }
  queueGives([messageOf('a', { receiveCount: 3, MessageAttributes })])
  const handle = vi.fn<HandleMessages>().mockResolvedValue([DONE])
  await using _consumer = start(handle)
  await expect.poll(() => handle.mock.calls).toHaveLength(1)
  expect(handle.mock.calls[0]?.[0]).toEqual([
    {
      id: '1',
      groupId: 'a',
      body: 'body 1',
      receiptHandle: 'handle 1',
      receiveCount: 3,
      sentAt: new Date(0),
      firstReceivedAt: new Date(1_000),
      attributes: { traceparent: '00-1' },
      trace: { traceparent: '00-1' },
    },
  ])
})

test('deletes that failed in part, or as a whole, are tried again; those of our own fault are not', async () => {
  queueGives([messageOf('a'), messageOf('b'), messageOf('c')])
  sqs
    .on(DeleteMessageBatchCommand)
    .resolvesOnce({
      Successful: [],
      Failed: [
        { Id: '1', Code: 'InternalError', SenderFault: false },
        { Id: '2', Code: 'ReceiptHandleIsInvalid', SenderFault: true },
      ],
    })
    .rejectsOnce(new Error('socket hang up'))
    .resolves({})
  await using _consumer = start(async messages => messages.map(() => DONE))
  await expect
    .poll(deletedHandles, { timeout: 5_000 })
    .toEqual([['handle 1', 'handle 2', 'handle 3'], ['handle 2'], ['handle 2']])
})

test('a throttled receive is met with growing pauses, and then goes on', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.2)
  let receives = 0
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    receives++
    if (receives <= 3) throw Object.assign(new Error('slow down'), { name: 'RequestThrottled' })
    if (receives === 4) return { Messages: [messageOf('a')] }
    await sleep(5)
    return {}
  })
  const handle = vi.fn<HandleMessages>().mockResolvedValue([DONE])
  const startedAt = performance.now()
  await using _consumer = start(handle)
  await expect.poll(() => handle.mock.calls, { timeout: 5_000 }).toHaveLength(1)
  // A fifth of 200 + 400 + 800 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(200)
})

test('while messages are in hand their visibility is extended, and no longer than that', async () => {
  queueGives([messageOf('a'), messageOf('a'), messageOf('b')])
  const { promise, resolve } = Promise.withResolvers<void>()
  await using _consumer = start(
    async messages => {
      await promise
      return messages.map(() => DONE)
    },
    { visibilityTimeoutSeconds: 0.2 },
  )
  const extension = [1, 2, 3].map(id => [`handle ${id}`, 0.2])
  await expect.poll(visibilityChanges).toEqual([...extension, ...extension])
  resolve()
  await expect.poll(deletedHandles).toHaveLength(1)
  const atEnd = visibilityChanges().length
  await sleep(150)
  expect(visibilityChanges()).toHaveLength(atEnd)
})

test('what came just before a heartbeat is extended by the next, if it is still in hand', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const { promise, resolve } = Promise.withResolvers<void>()
  const handle = vi.fn<HandleMessages>(async messages => {
    await promise
    return messages.map(() => DONE)
  })
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    await sleep(2)
    return handle.mock.calls.length === 0 ? { Messages: [messageOf('a')] } : {}
  })
  await using _consumer = start(handle, { visibilityTimeoutSeconds: 30 })
  using _handled = { [Symbol.dispose]: resolve }
  vi.advanceTimersByTime(9_500)
  await expect.poll(() => handle.mock.calls).toHaveLength(1)
  vi.advanceTimersByTime(500)
  await sleep(10)
  expect(visibilityChanges()).toEqual([])
  vi.advanceTimersByTime(10_000)
  await expect.poll(visibilityChanges).toEqual([['handle 1', 30]])
})

test('a heartbeat that fails does no harm', async () => {
  sqs.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('throttled'))
  queueGives([messageOf('a')])
  await using _consumer = start(
    async () => {
      await expect.poll(visibilityChanges).not.toEqual([])
      return [DONE]
    },
    { visibilityTimeoutSeconds: 0.1 },
  )
  await expect.poll(deletedHandles).toEqual([['handle 1']])
})

test('dead messages are kept with the reason, the time and their origin before they are deleted', async () => {
  queueGives([messageOf('a'), messageOf('a')])
  await using _consumer = start(async () => [{ status: 'dead', reason: 'x'.repeat(600) }, DONE])
  await expect.poll(deletedHandles).toEqual([['handle 1', 'handle 2']])
  expect(deadLetters()).toEqual([
    {
      QueueUrl: DEAD_LETTERS,
      MessageBody: 'body 1',
      MessageGroupId: '1',
      MessageDeduplicationId: '1',
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: 'x'.repeat(500) },
        failedAt: { DataType: 'String', StringValue: expect.stringMatching(/^\d{4}-.*Z$/) },
        origin: { DataType: 'String', StringValue: 'commands.fifo' },
        groupId: { DataType: 'String', StringValue: 'a' },
        sentAt: { DataType: 'String', StringValue: '1970-01-01T00:00:00.000Z' },
      },
    },
  ])
})

test('a dead message with as many attributes as SQS allows still fits the dead-letter queue', async () => {
  const names = ['reason', ...Array.from({ length: 9 }, (_, n) => `n${n}`)]
  const MessageAttributes = Object.fromEntries(
    names.map(name => [name, { DataType: 'String', StringValue: 'theirs' }]),
  )
  queueGives([messageOf('a', { MessageAttributes })])
  await using _consumer = start(async () => [DEAD])
  await expect.poll(deadLetters).toHaveLength(1)
  const attributes = deadLetters()[0]?.MessageAttributes ?? {}
  expect(Object.keys(attributes)).toHaveLength(10)
  expect(attributes.reason?.StringValue).toBe('not JSON')
  expect(attributes.n0?.StringValue).toBe('theirs')
})

test('what the dead-letter queue does not take is not deleted and comes again', async () => {
  sqs.on(SendMessageCommand).rejects(new Error('away'))
  queueGives([messageOf('a', { receiveCount: 4 }), messageOf('b')])
  await using _consumer = start(async () => [DEAD, DONE])
  await expect.poll(visibilityChanges).toEqual([['handle 1', 8]])
  expect(deletedHandles()).toEqual([['handle 2']])
})

test('the followers of a failed message are freed last one first, and then it waits a growing while', async () => {
  queueGives([
    messageOf('a'),
    messageOf('b', { receiveCount: 3 }),
    messageOf('a'),
    messageOf('b', { receiveCount: 3 }),
    messageOf('a'),
    messageOf('c', { receiveCount: 99 }),
  ])
  await using _consumer = start(async () => [RETRY, RETRY, RETRY, RETRY, RETRY, RETRY])
  await expect.poll(visibilityChanges).toEqual([
    ['handle 5', 0],
    ['handle 4', 0],
    ['handle 3', 0],
    ['handle 1', 1],
    ['handle 2', 4],
    ['handle 6', 8],
  ])
  expect(deletedHandles()).toEqual([])
})

test('a message done before the failed one of its group is deleted', async () => {
  queueGives([messageOf('a'), messageOf('a'), messageOf('a')])
  await using _consumer = start(async () => [DONE, RETRY, RETRY])
  await expect.poll(visibilityChanges).toEqual([
    ['handle 3', 0],
    ['handle 2', 1],
  ])
  expect(deletedHandles()).toEqual([['handle 1']])
})

test.each([
  ['throws', async () => Promise.reject(new Error('bug'))],
  ['forgets its outcomes', async () => []],
])('nothing is deleted when the handler %s, and the loop goes on', async (_, handle) => {
  queueGives([messageOf('a')], [messageOf('b')])
  await using _consumer = start(handle)
  await expect.poll(visibilityChanges).toEqual([
    ['handle 1', 1],
    ['handle 2', 1],
  ])
  expect(deletedHandles()).toEqual([])
})

test('a group that is in hand and comes again, its visibility over, is handed back untouched', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  queueGives([messageOf('a')], [messageOf('a', { receiveCount: 2 }), messageOf('b')])
  const handle = vi.fn<HandleMessages>(async messages => {
    if (messages[0]?.id === '1') await promise
    return messages.map(() => DONE)
  })
  await using _consumer = start(handle)
  await expect.poll(visibilityChanges).toEqual([['handle 2', 1]])
  resolve()
  await expect.poll(deletedHandles).toEqual([['handle 3'], ['handle 1']])
  expect(handle.mock.calls.flat(2).map(message => message.id)).toEqual(['1', '3'])
})

test('a message in hand whose visibility ran out is held, and deleted, by its new handle', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const message = messageOf('a')
  queueGives([message], [{ ...message, ReceiptHandle: 'new handle' }], [messageOf('b')])
  const handle = vi.fn<HandleMessages>(async ([first]) => {
    if (first?.groupId === 'a') await promise
    return [DONE]
  })
  await using _consumer = start(handle)
  await expect.poll(deletedHandles).toEqual([['handle 2']])
  expect(visibilityChanges()).toEqual([])
  resolve()
  await expect.poll(deletedHandles).toEqual([['handle 2'], ['new handle']])
  expect(handle).toHaveBeenCalledTimes(2)
})

test('what follows in a group is handled though the delete that freed it is not answered yet', async () => {
  const answered = Promise.withResolvers<void>()
  sqs.on(DeleteMessageBatchCommand).callsFakeOnce(async () => {
    queueGives([messageOf('a')])
    await answered.promise
    return {}
  })
  queueGives([messageOf('a')])
  const handle = vi.fn<HandleMessages>().mockResolvedValue([DONE])
  await using _consumer = start(handle)
  await expect.poll(() => handle.mock.calls).toHaveLength(2)
  expect(visibilityChanges()).toEqual([])
  answered.resolve()
})

test('full receives open further polls up to the limit, partial ones bring them back to one', async () => {
  const full = (group: string) => Array.from({ length: 10 }, () => messageOf(group))
  const receives = Array.from({ length: 6 }, (_, n) => full(`group ${n}`))
  let open = 0
  let most = 0
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    most = Math.max(most, ++open)
    await sleep(10)
    open--
    return { Messages: receives.shift() ?? [] }
  })
  await using _consumer = start(async messages => messages.map(() => DONE), { maxPolls: 3 })
  await expect.poll(deletedHandles).toHaveLength(6)
  expect(most).toBe(3)
  await expect.poll(() => open).toBe(1)
})

test('no more receives are in hand than allowed; the queue keeps the rest', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let received = 0
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    await sleep(2)
    return received < 9 ? { Messages: [messageOf(`group ${++received}`)] } : {}
  })
  await using _consumer = start(
    async () => {
      await promise
      return [DONE]
    },
    { maxReceives: 3 },
  )
  await expect.poll(() => received).toBe(3)
  await sleep(30)
  expect(received).toBe(3)
  resolve()
  await expect.poll(() => deletedHandles().flat().length).toBe(9)
})

test('what waits for something else holds up its group and no other, and a drain waits for it', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  queueGives([messageOf('a'), messageOf('a'), messageOf('b')], [messageOf('c')], [messageOf('a')])
  const handle = vi.fn<HandleMessages>(async messages =>
    messages.map(({ id }) => (id === '2' ? { status: 'later', outcome: promise } : DONE)),
  )
  const consumer = start(handle, { maxReceives: 1 })
  await expect.poll(deletedHandles).toEqual([['handle 3'], ['handle 4']])
  await expect.poll(visibilityChanges).toEqual([['handle 5', 1]])
  const drained = consumer[Symbol.asyncDispose]()
  resolve(DONE)
  await drained
  expect(deletedHandles()).toEqual([['handle 3'], ['handle 4'], ['handle 1', 'handle 2']])
  expect(handle.mock.calls.flat(2).map(message => message.id)).toEqual(['1', '2', '3', '4'])
})

test('a drain takes no new poll, handles and deletes what the last one brings, and only then ends', async () => {
  const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: work, resolve: finish } = Promise.withResolvers<void>()
  sqs.on(ReceiveMessageCommand).callsFake(async () => {
    await arrival
    return { Messages: [messageOf('a')] }
  })
  const handle = vi.fn<HandleMessages>(async () => {
    await work
    return [DONE]
  })
  const consumer = start(handle)
  let isDrained = false
  const drain = consumer[Symbol.asyncDispose]().then(() => {
    isDrained = true
  })
  arrive()
  await expect.poll(() => handle.mock.calls).toHaveLength(1)
  expect(isDrained).toBe(false)
  finish()
  await drain
  expect(deletedHandles()).toEqual([['handle 1']])
  expect(sqs.commandCalls(ReceiveMessageCommand)).toHaveLength(1)
})
