import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import {
  type BatchEntry,
  createBatchSender,
  type SendBatch,
  SenderOverloadedError,
} from '../../shared/messaging/batch-sender.ts'
import { propertyRuns } from '../support/property-runs.ts'

afterEach(() => void vi.useRealTimers())

/** A queue that answers when the test says so. */
function controlledQueue() {
  const calls: { bodies: string[]; groups: string[]; answer: Answer; fail: (error: Error) => void }[] = []
  const send: SendBatch = entries => {
    const { promise, resolve, reject } = Promise.withResolvers<Map<number, Error>>()
    calls.push({
      bodies: entries.map(entry => entry.body),
      groups: entries.map(entry => entry.groupId),
      answer: refused => resolve(new Map(refused)),
      fail: reject,
    })
    return promise
  }
  return { calls, send }
}
type Answer = (refused?: [number, Error][]) => void

const entryOf = (groupId: string, body: string): BatchEntry => ({
  groupId,
  deduplicationId: body,
  body,
  attributes: {},
})
/** One that does not wait for more. */
const createSender = (send: SendBatch, maxConcurrentCalls = 4) =>
  createBatchSender(send, { maxConcurrentCalls, gatherMs: 0 })
const settle = () => new Promise(resolve => setImmediate(resolve))

test('an idle sender sends at once, within the call', () => {
  const { calls, send } = controlledQueue()
  void createSender(send).send(entryOf('a', '1'))
  expect(calls.map(call => call.bodies)).toEqual([['1']])
})

test('what comes while a call is under way is gathered into the next', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  for (const body of ['1', '2', '3', '4']) void sender.send(entryOf(`group ${body}`, body))
  expect(calls).toHaveLength(1)
  calls[0]?.answer()
  await settle()
  expect(calls.map(call => call.bodies)).toEqual([['1'], ['2', '3', '4']])
})

test('a group is never in two calls at once; its entries wait while others overtake them', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  void sender.send(entryOf('a', 'a1'))
  void sender.send(entryOf('a', 'a2'))
  for (let n = 1; n <= 10; n++) void sender.send(entryOf(`other ${n}`, `o${n}`))
  void sender.send(entryOf('a', 'a3'))
  expect(calls).toHaveLength(2)
  expect(calls[1]?.groups).not.toContain('a')
  calls[1]?.answer()
  await settle()
  expect(calls).toHaveLength(2)
  calls[0]?.answer()
  await settle()
  expect(calls[2]?.bodies).toEqual(['a2', 'a3'])
})

test('full batches go side by side up to the limit, partial ones wait for silence', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send, 3)
  for (let n = 0; n < 36; n++) void sender.send(entryOf(`group ${n}`, String(n)))
  expect(calls.map(call => call.bodies.length)).toEqual([1, 10, 10])
  calls[1]?.answer()
  await settle()
  expect(calls.map(call => call.bodies.length)).toEqual([1, 10, 10, 10])
  calls[0]?.answer()
  calls[2]?.answer()
  await settle()
  expect(calls).toHaveLength(4)
  calls[3]?.answer()
  await settle()
  expect(calls[4]?.bodies).toEqual(['31', '32', '33', '34', '35'])
})

test('a call carries at most ten entries', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send, 1)
  for (let n = 0; n < 26; n++) void sender.send(entryOf('a', String(n)))
  for (let index = 0; index < 4; index++) {
    calls[index]?.answer()
    await settle()
  }
  expect(calls.map(call => call.bodies.length)).toEqual([1, 10, 10, 5])
  expect(calls.flatMap(call => call.bodies)).toEqual(Array.from({ length: 26 }, (_, n) => String(n)))
})

test('a call carries at most 250 000 bytes, counted as UTF-8, and an entry that is larger goes alone', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  const large = '€'.repeat(40_000) // 120 000 bytes
  void sender.send(entryOf('first', 'x'))
  for (const group of ['a', 'b', 'c']) void sender.send(entryOf(group, large))
  void sender.send(entryOf('d', '€'.repeat(90_000)))
  void sender.send(entryOf('e', 'small'))
  for (let index = 0; index < 4; index++) {
    calls[index]?.answer()
    await settle()
  }
  expect(calls.map(call => call.groups)).toEqual([['first'], ['a', 'b'], ['c'], ['d'], ['e']])
})

test('a refused entry fails alone', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  void sender.send(entryOf('first', 'x'))
  const results = Promise.allSettled(['a', 'b', 'c'].map(group => sender.send(entryOf(group, group))))
  calls[0]?.answer()
  await settle()
  const error = new Error('InvalidMessageContents')
  calls[1]?.answer([[1, error]])
  expect(await results).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: error },
    { status: 'fulfilled', value: undefined },
  ])
})

test('a call that fails as a whole fails its own entries and no other', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  const first = sender.send(entryOf('a', '1'))
  const second = sender.send(entryOf('a', '2'))
  calls[0]?.fail(new Error('away'))
  await expect(first).rejects.toThrow('away')
  calls[1]?.answer()
  await expect(second).resolves.toBeUndefined()
})

test('a queue that throws at once is met like one that fails later', async () => {
  const sender = createBatchSender(() => {
    throw new Error('no credentials')
  })
  await expect(sender.send(entryOf('a', '1'))).rejects.toThrow('no credentials')
  await expect(sender.send(entryOf('a', '2'))).rejects.toThrow('no credentials')
})

test('with 20 000 entries waiting, the next is refused at once, until there is room', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send, 1)
  for (let n = 0; n <= 20_000; n++) void sender.send(entryOf('a', String(n)))
  await expect(sender.send(entryOf('a', 'over'))).rejects.toThrow(SenderOverloadedError)
  calls[0]?.answer()
  await settle()
  const fits = sender.send(entryOf('a', 'fits'))
  expect(await Promise.race([fits, settle().then(() => 'waiting')])).toBe('waiting')
})

test('a drain waits for everything given so far', async () => {
  const { calls, send } = controlledQueue()
  const sender = createSender(send)
  await sender.drain()
  const sent = [sender.send(entryOf('a', '1')), sender.send(entryOf('a', '2'))]
  let drained = false
  const drain = sender.drain().then(() => {
    drained = true
  })
  calls[0]?.answer()
  await settle()
  expect(drained).toBe(false)
  calls[1]?.fail(new Error('away'))
  await Promise.allSettled(sent)
  await drain
})

/** A sender that has just sent two entries in one call, and so waits 2 ms for more. */
async function createLoadedSender() {
  const queue = controlledQueue()
  const sender = createBatchSender(queue.send, { gatherMs: 2 })
  for (const group of ['first', 'a', 'b']) void sender.send(entryOf(group, group))
  queue.calls[0]?.answer()
  await settle()
  expect(queue.calls).toHaveLength(2)
  queue.calls[1]?.answer()
  await settle()
  return { sender, calls: queue.calls, bodies: () => queue.calls.slice(2).map(call => call.bodies) }
}

test('after a call of several entries the next waits a little for more, and then goes whatever has come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { sender, calls, bodies } = await createLoadedSender()
  void sender.send(entryOf('c', '1'))
  vi.advanceTimersByTime(1)
  void sender.send(entryOf('d', '2'))
  expect(bodies()).toEqual([])
  vi.advanceTimersByTime(1)
  expect(bodies()).toEqual([['1', '2']])
  calls[2]?.answer()
  await settle()
  void sender.send(entryOf('e', '3'))
  vi.advanceTimersByTime(2)
  calls[3]?.answer()
  await settle()
  void sender.send(entryOf('f', '4'))
  expect(bodies(), 'a call of one entry shows that there is no load').toEqual([['1', '2'], ['3'], ['4']])
})

test('a full batch does not wait for more, and a drain does not either', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { sender, calls, bodies } = await createLoadedSender()
  for (let n = 0; n < 11; n++) void sender.send(entryOf(`group ${n}`, String(n)))
  expect(bodies().map(call => call.length)).toEqual([10])
  calls[2]?.answer()
  await settle()
  expect(bodies()).toHaveLength(1)
  const drained = sender.drain()
  expect(bodies()[1]).toEqual(['10'])
  void sender.send(entryOf('late', 'late'))
  calls[3]?.answer()
  await settle()
  expect(bodies()[2]).toEqual(['late'])
  calls[4]?.answer()
  await drained
})

test('entries that come in bursts leave with the rest of their burst, and never wait for the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { calls, send } = controlledQueue()
  const sender = createBatchSender(send, { inBursts: true })
  void sender.send(entryOf('a', '1'))
  await Promise.resolve()
  void sender.send(entryOf('b', '2'))
  expect(calls).toHaveLength(0)
  await settle()
  expect(calls.map(call => call.bodies)).toEqual([['1', '2']])
  calls[0]?.answer()
  await settle()
  for (let n = 0; n < 11; n++) void sender.send(entryOf(`group ${n}`, String(n)))
  expect(calls[1]?.bodies, 'a full one leaves at once').toHaveLength(10)
  calls[1]?.answer()
  await settle()
  expect(calls[2]?.bodies).toEqual(['10'])
})

const step = fc.record({
  group: fc.integer({ min: 0, max: 4 }),
  bytes: fc.constantFrom(10, 10, 10, 100_000),
  /** What happens after this entry was given: a call under way is answered, or fails. */
  event: fc.constantFrom('nothing', 'nothing', 'oldest succeeds', 'newest succeeds', 'oldest fails'),
  isFollowedByPause: fc.boolean(),
})

/** A queue that looks at each call as it comes: what it sees against the rules is kept. */
function watchfulQueue(maxConcurrentCalls: number) {
  const open: { entries: BatchEntry[]; end: (succeeds: boolean) => void }[] = []
  const arrived: BatchEntry[] = []
  const breaches: string[] = []
  const send: SendBatch = entries => {
    const { promise, resolve, reject } = Promise.withResolvers<Map<number, Error>>()
    const busy = new Set(open.flatMap(call => call.entries.map(entry => entry.groupId)))
    const bytes = entries.reduce((sum, entry) => sum + entry.body.length, 0)
    if (entries.some(entry => busy.has(entry.groupId))) breaches.push('a group in two calls')
    if (entries.length > 10) breaches.push('more than ten entries')
    if (bytes > 250_000 && entries.length > 1) breaches.push('too many bytes')
    const call = {
      entries,
      end(succeeds: boolean) {
        open.splice(open.indexOf(call), 1)
        if (!succeeds) return reject(new Error('away'))
        arrived.push(...entries)
        resolve(new Map())
      },
    }
    open.push(call)
    if (open.length > maxConcurrentCalls) breaches.push('too many calls')
    return promise
  }
  return { open, arrived, breaches, send }
}

test('whatever comes when and answers when: groups keep their order, and calls their limits', async () => {
  const manySteps = fc.array(step, { minLength: 1, maxLength: 80 })
  const property = fc.asyncProperty(manySteps, fc.boolean(), async (steps, inBursts) => {
    const queue = watchfulQueue(3)
    const sender = createBatchSender(queue.send, { maxConcurrentCalls: 3, gatherMs: 1, inBursts })
    const sent: Promise<boolean>[] = []
    for (const [index, { group, bytes, event, isFollowedByPause }] of steps.entries()) {
      const entry = { ...entryOf(String(group), 'x'.repeat(bytes)), deduplicationId: String(index) }
      sent.push(
        sender.send(entry).then(
          () => true,
          () => false,
        ),
      )
      if (event !== 'nothing')
        queue.open.at(event === 'newest succeeds' ? -1 : 0)?.end(event !== 'oldest fails')
      if (isFollowedByPause) await settle()
    }
    void sender.drain()
    for (await settle(); queue.open.length > 0; await settle()) queue.open[0]?.end(true)
    expect(queue.breaches).toEqual([])
    for (const group of Map.groupBy(queue.arrived, entry => entry.groupId).values()) {
      const order = group.map(entry => Number(entry.deduplicationId))
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }
    const isSent = await Promise.all(sent)
    const arrivedIds = queue.arrived.map(entry => Number(entry.deduplicationId)).toSorted((a, b) => a - b)
    expect(arrivedIds).toEqual(isSent.flatMap((yes, index) => (yes ? [index] : [])))
  })
  await fc.assert(property, propertyRuns(150))
})
