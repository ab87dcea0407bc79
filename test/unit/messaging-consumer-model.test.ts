import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleep } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import {
  type HandleMessages,
  type Outcome,
  type QueueMessage,
  startFifoConsumer,
} from '../../shared/messaging/fifo-consumer.ts'
import { createModelQueue, NO_FAULTS, type QueueFaults } from '../support/fifo-queue-model.ts'
import { propertyRuns } from '../support/property-runs.ts'

const VISIBILITY_SECONDS = 30
const STEP_MS = 50
/** Of the simulated clock: a dozen lost receives and failed burials of slow messages take a while. */
const PATIENCE_MS = 60 * 60_000
const logger = createLogger('test', 'silent')

/** What the handler makes of a message: some retries, then an end. */
interface Fate {
  retries: number
  end: 'done' | 'dead'
  handlingMs: number
}

type Step =
  | { do: 'send'; group: string; fates: Fate[] }
  | { do: 'wait'; ms: number }
  | { do: 'expire'; group: string }
  | { do: 'fail'; faults: Partial<QueueFaults> }
  | { do: 'crash' | 'freeze' | 'thaw' | 'drain' | 'join' }

const GROUPS = ['a', 'b', 'c', 'd']
const group = fc.constantFrom(...GROUPS)
const fate: fc.Arbitrary<Fate> = fc.record({
  retries: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 })),
  end: fc.oneof({ weight: 6, arbitrary: fc.constant('done' as const) }, fc.constant('dead' as const)),
  handlingMs: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0, 50, 400) },
    fc.constant(1.5 * VISIBILITY_SECONDS * 1000),
  ),
})
const fewTimes = fc.integer({ min: 1, max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      group,
      fates: fc.array(fate, { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(50, 200, 1_000, 12_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), group }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      faults: fc.record(
        {
          deletes: fewTimes,
          releases: fewTimes,
          receives: fewTimes,
          lostReceives: fewTimes,
          burials: fewTimes,
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'freeze', 'thaw', 'drain', 'join') }),
  },
) as fc.Arbitrary<Step>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(logger, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Those whose deletion failed again and again, of which the consumer says that they come again. */
function idsNeverDeleted(): Set<string> {
  const told = vi.mocked(logger.error).mock.calls.map(([details]) => details as { messageIds?: string[] })
  return new Set(told.flatMap(({ messageIds = [] }) => messageIds))
}

/** Nothing here waits for anything but timers and promises. */
async function pass(ms: number, isEnough = () => false): Promise<void> {
  for (let passed = 0; passed < ms && !isEnough(); passed += STEP_MS) {
    vi.advanceTimersByTime(STEP_MS)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Consumers on one queue, and everything they did. */
function createWorld(perGroup: number) {
  const queue = createModelQueue({ perGroup })
  const fates = new Map<string, Fate>()
  const sent = new Map<string, string[]>(GROUPS.map(name => [name, []]))
  const firstHandled = new Map<string, string[]>(GROUPS.map(name => [name, []]))
  const done = new Set<string>()
  const tries = new Map<string, number>()

  function handleOne(message: QueueMessage): Outcome {
    const { groupId, id } = message
    const tried = (tries.get(id) ?? 0) + 1
    tries.set(id, tried)
    const { retries, end } = fates.get(id) as Fate
    if (tried <= retries) return { status: 'retry', error: new Error('not now') }
    if (!firstHandled.get(groupId)?.includes(id)) firstHandled.get(groupId)?.push(id)
    if (end === 'dead') return { status: 'dead', reason: 'never' }
    done.add(id)
    return { status: 'done' }
  }

  function startConsumer() {
    let gate = Promise.resolve()
    let open = () => {}
    const busy = new Set<string>()
    const handles = new Set<string>()

    async function handleGroup(messages: QueueMessage[]): Promise<Map<QueueMessage, Outcome>> {
      const { groupId } = messages[0] as QueueMessage
      if (busy.has(groupId)) throw new Error(`group ${groupId} is handled twice at once`)
      busy.add(groupId)
      const outcomes = new Map<QueueMessage, Outcome>()
      for (const message of messages) {
        await sleep(fates.get(message.id)?.handlingMs ?? 0)
        await gate
        const outcome = handleOne(message)
        outcomes.set(message, outcome)
        if (outcome.status === 'retry') break
      }
      busy.delete(groupId)
      return outcomes
    }

    const handle: HandleMessages = async messages => {
      for (const message of messages) handles.add(message.receiptHandle)
      const groups = await Promise.all([...Map.groupBy(messages, m => m.groupId).values()].map(handleGroup))
      const outcomes = new Map(groups.flatMap(group => [...group]))
      const notReached: Outcome = { status: 'retry', error: new Error('behind one that failed') }
      return messages.map(message => outcomes.get(message) ?? notReached)
    }

    const clashes: string[] = []
    const consumer = startFifoConsumer({
      sqs: queue.clientFor(() => gate, VISIBILITY_SECONDS),
      queueUrl: 'https://sqs.example/1/commands.fifo',
      deadLetterQueueUrl: 'https://sqs.example/1/commands-dlq.fifo',
      handle: messages =>
        handle(messages).catch(error => {
          clashes.push(String(error))
          throw error
        }),
      logger,
      waitTimeSeconds: 1,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    })
    return {
      clashes,
      freeze() {
        gate = new Promise(resolve => {
          open = resolve
        })
      },
      thaw() {
        open()
        gate = Promise.resolve()
      },
      async drain(): Promise<void> {
        let isDrained = false
        void consumer[Symbol.asyncDispose]().then(() => {
          isDrained = true
        })
        await pass(PATIENCE_MS, () => isDrained)
        expect(isDrained).toBe(true)
        const undeletable = idsNeverDeleted()
        const kept = queue.hidden().filter(message => handles.has(message.handle) && !message.isReleased)
        expect(kept.filter(message => !undeletable.has(message.id))).toEqual([])
      },
    }
  }

  return {
    queue,
    startConsumer,
    send(groupId: string, list: Fate[]) {
      for (const each of list) {
        const id = queue.send(groupId)
        fates.set(id, each)
        sent.get(groupId)?.push(id)
      }
    },
    expectOrder() {
      for (const name of GROUPS) {
        const handled = firstHandled.get(name) as string[]
        expect(handled).toEqual(sent.get(name)?.slice(0, handled.length))
      }
    },
    expectNothingLost() {
      for (const id of queue.deleted) expect(done.has(id) || queue.deadLetters.has(id)).toBe(true)
    },
    expectAllSettled() {
      expect(queue.messages).toEqual([])
      for (const [name, ids] of sent) expect(firstHandled.get(name)).toEqual(ids)
      for (const [id, { end }] of fates)
        expect(end === 'done' ? done.has(id) : queue.deadLetters.has(id)).toBe(true)
      for (const id of queue.deadLetters) expect(fates.get(id)?.end).toBe('dead')
    },
  }
}

async function run(perGroup: number, steps: Step[]): Promise<void> {
  vi.clearAllTimers()
  vi.mocked(logger.error).mockClear()
  const world = createWorld(perGroup)
  const { queue } = world
  const started = [world.startConsumer()]
  const living = [...started]
  const frozen: typeof living = []
  const start = () => {
    const consumer = world.startConsumer()
    started.push(consumer)
    living.push(consumer)
  }
  for (const each of steps) {
    if (each.do === 'send') world.send(each.group, each.fates)
    if (each.do === 'wait') await pass(each.ms)
    if (each.do === 'expire') queue.expire(each.group)
    if (each.do === 'fail') Object.assign(queue.faults, each.faults)
    if (each.do === 'join' && living.length < 3) start()
    if (each.do === 'crash') living.shift()?.freeze()
    if (each.do === 'freeze') {
      const consumer = living.shift()
      consumer?.freeze()
      if (consumer) frozen.push(consumer)
    }
    if (each.do === 'thaw') {
      const consumer = frozen.shift()
      consumer?.thaw()
      if (consumer) living.push(consumer)
    }
    if (each.do === 'drain') {
      Object.assign(queue.faults, NO_FAULTS)
      await living.shift()?.drain()
    }
    world.expectNothingLost()
    world.expectOrder()
  }
  for (const consumer of frozen) {
    consumer.thaw()
    living.push(consumer)
  }
  if (living.length === 0) start()
  await pass(PATIENCE_MS, () => queue.messages.length === 0)
  world.expectNothingLost()
  world.expectAllSettled()
  Object.assign(queue.faults, NO_FAULTS)
  for (const consumer of living) await consumer.drain()
  expect(started.flatMap(consumer => consumer.clashes)).toEqual([])
}

test('whatever fails, each group is handled in order, all of it, and nothing else is deleted', async () => {
  const perGroup = fc.constantFrom(1, 3, 10)
  await fc.assert(fc.asyncProperty(perGroup, fc.array(step, { maxLength: 40 }), run), propertyRuns(120))
})
