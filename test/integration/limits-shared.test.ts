import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { topology } from '../../shared/aws/topology.ts'
import { openLimits, startTelling } from '../../shared/limits/open-limits.ts'
import { createLogger } from '../../shared/logger.ts'
import { startTable, type TestTable } from './connections-fixture.ts'

const ADA = 1
/** 20 at once, and one comes back every two seconds. */
const LIMIT = 20
const SECONDS_EACH = 2
const RATES = { RATE_LIMIT_SENDS: `${LIMIT}/${LIMIT * SECONDS_EACH}` }
/** What each process but the first may give before it knows of the others. */
const HALF = LIMIT / 2

let store: TestTable
let client: DynamoDBClient
let calls: number

beforeEach(async () => {
  store = await startTable()
  client = store.table.client
  calls = 0
  client.middlewareStack.add(
    next => args => {
      calls++
      return next(args)
    },
    { step: 'initialize', name: 'count' },
  )
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await store[Symbol.asyncDispose]()
})

type Process = ReturnType<typeof startProcess>

/** The limits of a process, whose clock is so many seconds ahead of the others. */
function startProcess(clockAheadSeconds = 0) {
  const { limits, tell } = openLimits(
    { LIMIT_STORE: 'dynamodb', CHAT_RESOURCE_PREFIX: '', ...RATES },
    { dynamoDb: client, logger: createLogger('test', 'silent') },
  )
  async function atItsTime<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    pass(clockAheadSeconds)
    try {
      return await act()
    } finally {
      pass(-clockAheadSeconds)
    }
  }
  return {
    tell: () => atItsTime(() => tell()),
    tellAll: () => atItsTime(() => tell(0)),
    dispose: () => startTelling(tell)[Symbol.asyncDispose](),
    /** Whether one was given to a user who does not ask in vain. */
    takeIfAny: () =>
      atItsTime(() => limits.hasLeft('sends', ADA, 0) && limits.take('sends', ADA) !== undefined),
    take: (times: number) => atItsTime(() => takeOf(times)),
  }

  function takeOf(times: number): number {
    let given = 0
    for (let n = 0; n < times; n++) {
      try {
        limits.take('sends', ADA)
        given++
      } catch {}
    }
    return given
  }
}

function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
}

const items = async () =>
  (await client.send(new ScanCommand({ TableName: topology().limitsTable.name }))).Items ?? []

/** What a user gets who tries so many a second, at each process in turn, and how many of them in the second half. */
async function alternate(processes: Process[], options: { perSecond: number; seconds: number }) {
  let tries = 0
  let given = 0
  let givenLate = 0
  for (let second = 0; second < options.seconds; second++) {
    for (; tries < options.perSecond * (second + 1); tries++) {
      if (!(await processes[tries % processes.length]?.takeIfAny())) continue
      given++
      if (second >= options.seconds / 2) givenLate++
    }
    pass(1)
    for (const process of processes) await process.tell()
  }
  return { given, givenLate }
}

test('who takes as fast as he can, at two processes in turn, gets the one limit, and half a bucket once', async () => {
  const seconds = 200
  const { given, givenLate } = await alternate([startProcess(), startProcess()], { perSecond: 4, seconds })
  const one = LIMIT + seconds / SECONDS_EACH
  expect(given).toBeLessThanOrEqual(one + HALF)
  expect(given).toBeGreaterThan(one - 4)
  expect(givenLate).toBeLessThanOrEqual(seconds / 2 / SECONDS_EACH + 2)
})

test('who keeps below what each of eight processes would give gets the one limit in the long run', async () => {
  const seconds = 600
  const processes = Array.from({ length: 8 }, () => startProcess())
  // Of each process half of what comes back there: no bucket would ever be half empty.
  const { givenLate } = await alternate(processes, { perSecond: 2, seconds })
  expect(givenLate).toBeLessThanOrEqual((seconds / 2 / SECONDS_EACH) * 1.1)
  expect(givenLate).toBeGreaterThan((seconds / 2 / SECONDS_EACH) * 0.9)
})

test('who takes less than half a bucket, and then little, costs no call', async () => {
  const process = startProcess()
  expect(await process.take(HALF)).toBe(HALF)
  await process.tellAll()
  for (let n = 0; n < 20; n++) {
    pass(8 * SECONDS_EACH)
    await process.take(1)
    await process.tellAll()
  }
  expect(calls).toBe(0)
})

test('a key is told once a second, and another process knows the sum by its first answer', async () => {
  const [a, b] = [startProcess(), startProcess()]
  expect(await a.take(HALF + 1)).toBe(HALF + 1)
  await a.tell()
  const afterFirst = calls
  await a.take(1)
  await a.tell()
  expect(calls).toBe(afterFirst)
  pass(1)
  await a.tell()
  expect(calls).toBe(afterFirst + 1)
  expect(await b.take(HALF + 1)).toBe(HALF + 1)
  await b.tell()
  expect(await b.take(5)).toBe(0)
})

test('who has little left because of others is told of at once', async () => {
  const [a, b] = [startProcess(), startProcess()]
  await a.take(LIMIT)
  await a.tell()
  await b.take(HALF + 1)
  await b.tell()
  // So much comes back here that one would be nobody's business, and of all of it less than half.
  pass(16 * SECONDS_EACH)
  const callsBefore = calls
  expect(await b.take(1)).toBe(1)
  await b.tell()
  expect(calls).toBeGreaterThan(callsBefore)
})

test('who empties the bucket of each process within a second owes what he got too much', async () => {
  const processes = [startProcess(), startProcess()]
  for (const process of processes) expect(await process.take(LIMIT)).toBe(LIMIT)
  for (let round = 0; round < 2; round++) {
    for (const process of processes) await process.tellAll()
    // One more, so that the first learns what the second took.
    pass(SECONDS_EACH)
    await processes[0]?.takeIfAny()
  }
  pass(LIMIT * SECONDS_EACH - 2 * SECONDS_EACH)
  for (const process of processes) expect(await process.takeIfAny()).toBe(false)
  pass(4 * SECONDS_EACH)
  for (const process of processes) expect(await process.takeIfAny()).toBe(true)
})

test('what is asked in vain is owed at that process alone, and is not told', async () => {
  const [a, b] = [startProcess(), startProcess()]
  expect(await a.take(LIMIT)).toBe(LIMIT)
  await a.tellAll()
  const [item] = await items()
  const callsBefore = calls
  expect(await a.take(100)).toBe(0)
  await a.tellAll()
  expect(calls).toBe(callsBefore)
  expect(await items()).toEqual([item])
  pass(LIMIT * SECONDS_EACH)
  expect(await a.takeIfAny(), 'who did not wait has to wait for longer').toBe(false)
  expect(await b.take(HALF + 1)).toBe(HALF + 1)
  await b.tellAll()
  expect(await b.take(LIMIT), 'but has what came back elsewhere').toBe(LIMIT - HALF - 1)
})

test('a bucket that is full again is as if nothing had been, and its item goes by itself', async () => {
  const [a, b] = [startProcess(), startProcess()]
  await a.take(LIMIT)
  await a.tellAll()
  const [item] = await items()
  const leftSeconds = Number(item?.expiresAt?.N) - Date.now() / 1_000
  expect(leftSeconds).toBeGreaterThanOrEqual(2 * LIMIT * SECONDS_EACH)
  expect(leftSeconds).toBeLessThan(2 * LIMIT * SECONDS_EACH + 65)
  pass(LIMIT * SECONDS_EACH)
  for (const process of [b, a]) {
    expect(await process.take(HALF + 1)).toBe(HALF + 1)
    await process.tellAll()
  }
  expect(await a.take(LIMIT)).toBe(0)
})

test.each([5, -5])('a clock that is %i s ahead gives or takes what comes back in that time', async ahead => {
  const seconds = 200
  const processes = [startProcess(), startProcess(ahead)]
  const { given, givenLate } = await alternate(processes, { perSecond: 4, seconds })
  const one = LIMIT + seconds / SECONDS_EACH
  const ofClocks = Math.abs(ahead) / SECONDS_EACH
  expect(given).toBeLessThanOrEqual(one + HALF + ofClocks)
  expect(given).toBeGreaterThan(one - 4 - ofClocks)
  expect(givenLate).toBeLessThanOrEqual(seconds / 2 / SECONDS_EACH + 2)
})

test('a process that stops tells what it has not told', async () => {
  const [a, b] = [startProcess(), startProcess()]
  await a.take(HALF + 1)
  await a.tell()
  await a.take(HALF - 1)
  await a.dispose()
  await b.take(HALF + 1)
  await b.tell()
  pass((HALF + 2) * SECONDS_EACH)
  expect(await b.takeIfAny()).toBe(true)
  expect(await b.takeIfAny()).toBe(false)
})
