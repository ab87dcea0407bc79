import { test } from 'vitest'
import { sleep } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import {
  DONE,
  type FifoConsumerOptions,
  type HandleMessages,
  type QueueMessage,
  startFifoConsumer,
} from '../../shared/messaging/fifo-consumer.ts'
import { countMessages, peek, sendRaw } from '../support/queues.ts'
import { createTestAws } from '../support/test-aws.ts'

const WAIT = { timeout: 60_000 }
const groupNames = (count: number) => Array.from({ length: count }, (_, n) => `group ${n}`)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

async function createQueue() {
  const aws = await createTestAws()
  const { sqs, commandsQueueUrl: queueUrl, commandsDeadLetterQueueUrl: deadLetterQueueUrl } = aws
  return {
    start: (handle: HandleMessages, options: Partial<FifoConsumerOptions> = {}) =>
      startFifoConsumer({
        sqs,
        queueUrl,
        deadLetterQueueUrl,
        handle,
        logger: createLogger('test', 'silent'),
        waitTimeSeconds: 1,
        ...options,
      }),
    async send(group: string, count: number, from = 0) {
      for (const n of numbers(count)) await sendRaw(sqs, queueUrl, group, String(from + n))
    },
    sendRaw: (group: string, body: string, attributes?: Record<string, string>) =>
      sendRaw(sqs, queueUrl, group, body, attributes),
    count: () => countMessages(sqs, queueUrl),
    deadLetters: () => peek(sqs, deadLetterQueueUrl),
    [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose](),
  }
}

/** Keeps what was handled, by group. */
function recorder() {
  const handled = new Map<string, number[]>()
  return {
    handled,
    total: () => [...handled.values()].flat().length,
    record(message: QueueMessage) {
      handled.set(message.groupId, [...(handled.get(message.groupId) ?? []), Number(message.body)])
    },
  }
}

test.concurrent('consumers side by side share the groups, handle none twice at once, and keep each in order', async ({
  expect,
}) => {
  await using queue = await createQueue()
  const { handled, total, record } = recorder()
  const busy = new Set<string>()
  const clashes: string[] = []
  const byConsumer = [0, 0]
  const handlerOf =
    (consumer: number): HandleMessages =>
    async messages => {
      const groups = new Set(messages.map(message => message.groupId))
      for (const group of groups) {
        if (busy.has(group)) clashes.push(group)
        busy.add(group)
      }
      await sleep(2)
      messages.forEach(record)
      byConsumer[consumer] = (byConsumer[consumer] ?? 0) + messages.length
      for (const group of groups) busy.delete(group)
      return messages.map(() => DONE)
    }
  const groups = groupNames(8)
  await Promise.all(groups.map(group => queue.send(group, 15)))
  await using _one = queue.start(handlerOf(0))
  await using _two = queue.start(handlerOf(1))
  await expect.poll(total, WAIT).toBe(8 * 15)
  for (const group of groups) expect(handled.get(group)).toEqual(numbers(15))
  expect(clashes).toEqual([])
  expect(Math.min(...byConsumer)).toBeGreaterThan(0)
  await expect.poll(queue.count, WAIT).toEqual({ waiting: 0, inFlight: 0 })
})

test.concurrent('a message that fails once comes again before its followers; other groups do not wait', async ({
  expect,
}) => {
  await using queue = await createQueue()
  const { handled, total, record } = recorder()
  const order: string[] = []
  let failures = 0
  await queue.send('stuck', 6)
  await queue.send('free', 6)
  await using _consumer = queue.start(async messages => {
    const stuck = new Set<string>()
    return messages.map(message => {
      const isFailing = message.groupId === 'stuck' && message.body === '2' && failures === 0
      if (isFailing) failures++
      if (isFailing || stuck.has(message.groupId)) {
        stuck.add(message.groupId)
        return { status: 'retry', error: new Error('not now') }
      }
      record(message)
      order.push(message.groupId)
      return DONE
    })
  })
  await expect.poll(total, WAIT).toBe(12)
  expect(failures).toBe(1)
  expect(handled.get('stuck')).toEqual(numbers(6))
  expect(handled.get('free')).toEqual(numbers(6))
  expect(order.lastIndexOf('free')).toBeLessThan(order.lastIndexOf('stuck'))
})

test.concurrent('a handler that throws loses nothing and changes no order', async ({ expect }) => {
  await using queue = await createQueue()
  const { handled, total, record } = recorder()
  let calls = 0
  await queue.send('a', 5)
  await using _consumer = queue.start(async messages => {
    if (++calls === 1) throw new Error('bug')
    messages.forEach(record)
    return messages.map(() => DONE)
  })
  await expect.poll(total, WAIT).toBe(5)
  expect(handled.get('a')).toEqual(numbers(5))
})

test.concurrent('a dead message lies in the dead-letter queue with its reason, and its group goes on', async ({
  expect,
}) => {
  await using queue = await createQueue()
  const { handled, total, record } = recorder()
  await queue.sendRaw('a', '0')
  await queue.sendRaw('a', 'poison', { traceparent: '00-x', reason: 'theirs' })
  await queue.sendRaw('a', '1')
  await using _consumer = queue.start(async messages =>
    messages.map(message => {
      if (message.body === 'poison') return { status: 'dead', reason: 'cannot be read' }
      record(message)
      return DONE
    }),
  )
  await expect.poll(total, WAIT).toBe(2)
  expect(handled.get('a')).toEqual([0, 1])
  await expect.poll(queue.count, WAIT).toEqual({ waiting: 0, inFlight: 0 })
  expect(await queue.deadLetters()).toEqual([
    {
      body: 'poison',
      attributes: expect.objectContaining({
        traceparent: '00-x',
        reason: 'cannot be read',
        failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        origin: expect.stringMatching(/chat-commands\.fifo$/),
      }),
    },
  ])
})

test.concurrent('work that takes longer than the visibility of its messages is done once', async ({
  expect,
}) => {
  await using queue = await createQueue()
  const { total, record } = recorder()
  await queue.send('slow', 2)
  const handler: HandleMessages = async messages => {
    await sleep(1_600)
    messages.forEach(record)
    return messages.map(() => DONE)
  }
  await using _one = queue.start(handler, { visibilityTimeoutSeconds: 1 })
  await using _two = queue.start(handler, { visibilityTimeoutSeconds: 1 })
  await expect.poll(queue.count, WAIT).toEqual({ waiting: 0, inFlight: 0 })
  expect(total()).toBe(2)
})

test.concurrent('a drain leaves nothing in flight; whoever comes next goes on where it stopped', async ({
  expect,
}) => {
  await using queue = await createQueue()
  const { handled, total, record } = recorder()
  const groups = groupNames(4)
  await Promise.all(groups.map(group => queue.send(group, 25)))
  const handler: HandleMessages = async messages => {
    await sleep(5)
    messages.forEach(record)
    return messages.map(() => DONE)
  }
  const first = queue.start(handler)
  await expect.poll(total, { ...WAIT, interval: 2 }).toBeGreaterThan(10)
  await first[Symbol.asyncDispose]()
  const handledAtDrain = total()
  expect(handledAtDrain).toBeLessThan(100)
  expect(await queue.count()).toEqual({ waiting: 100 - handledAtDrain, inFlight: 0 })

  await using _second = queue.start(handler)
  await expect.poll(total, WAIT).toBe(100)
  for (const group of groups) expect(handled.get(group)).toEqual(numbers(25))
})
