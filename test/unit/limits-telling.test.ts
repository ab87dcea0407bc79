import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, test } from 'vitest'
import { type Account, createSharedBucket } from '../../shared/limits/shared-bucket.ts'
import { type LimitStore, tellWith } from '../../shared/limits/tell-spending.ts'
import { pass, takeFakeTime } from '../support/fake-time.ts'

takeFakeTime()

const CAPACITY_MS = 10_000

/** A process with a limit of 10 in 10 s and a store that a test may take away; keeps what it logs. */
function startProcess() {
  const lines: { level: number; msg: string }[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const state = { isAway: false, calls: 0, callsNow: 0, mostCalls: 0, told: new Map<string, number>() }
  const spendings: { since: number; ms: number }[] = []
  const store: LimitStore = {
    async add(name, { since, ms }) {
      state.calls++
      state.mostCalls = Math.max(state.mostCalls, ++state.callsNow)
      await new Promise(resolve => setTimeout(resolve, 5))
      state.callsNow--
      if (state.isAway) throw new Error('nobody there')
      spendings.push({ since, ms })
      state.told.set(name, (state.told.get(name) ?? 0) + ms)
      return since + ms
    },
  }
  const due = new Set<Account>()
  const bucket = createSharedBucket('sends', [10, 10], due)
  const tell = tellWith(store, due, pino(stream))
  return {
    ...{ state, spendings, lines, bucket, due },
    async tell() {
      const told = tell()
      await pass(2_000)
      await told
    },
    takeMany(key: number, times: number) {
      for (let n = 0; n < times; n++) bucket.take(key)
    },
  }
}

test('many keys are told a few at once and so many in a round, the others in the next rounds', async () => {
  const { state, due, tell, takeMany } = startProcess()
  for (let key = 0; key < 600; key++) takeMany(key, 6)
  const rounds: number[] = []
  while (due.size > 0) {
    const before = state.calls
    await tell()
    rounds.push(state.calls - before)
  }
  expect(rounds).toEqual([250, 250, 100])
  expect(state.mostCalls).toBe(16)
})

test('while the store is away one call a round asks for it, one line is written, and nothing is forgotten', async () => {
  const { state, lines, tell, takeMany } = startProcess()
  state.isAway = true
  for (let key = 0; key < 40; key++) takeMany(key, 7)
  await tell()
  expect(state.calls).toBeLessThanOrEqual(16)
  const first = state.calls
  for (let round = 0; round < 3; round++) await tell()
  expect(state.calls).toBe(first + 3)
  state.isAway = false
  for (let round = 0; round < 2; round++) await tell()
  expect(state.told.size).toBe(40)
  expect(new Set(state.told.values())).toEqual(new Set([7_000]))
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, expect.stringMatching(/^the table of limits cannot be asked: .* `growzone-chat doctor` looks why$/)],
    [30, 'limits are shared again'],
  ])
})

test('of a long outage a bucket at most is told', async () => {
  const { state, bucket, tell, takeMany } = startProcess()
  state.isAway = true
  takeMany(1, 10)
  await tell()
  for (let second = 0; second < 60; second++) {
    await pass(1_000)
    if (bucket.hasLeft(1, 0)) bucket.take(1)
  }
  state.isAway = false
  await tell()
  expect(state.told.get('sends:1')).toBe(CAPACITY_MS)
})

test('what was taken is told by its own time, however late', async () => {
  const { spendings, tell, takeMany } = startProcess()
  const since = Date.now()
  takeMany(1, 5)
  await pass(500)
  takeMany(1, 1)
  takeMany(1, 2)
  const opened = Date.now()
  await pass(3_000)
  await tell()
  expect(spendings).toEqual([{ since: opened, ms: since + 8_000 - opened }])
})

test('what had come back before is not told', async () => {
  const { spendings, tell, takeMany } = startProcess()
  takeMany(1, 6)
  await tell()
  await pass(200_000)
  for (let n = 0; n < 20; n++) {
    await pass(8_000)
    takeMany(1, 1)
  }
  await pass(8_000)
  const since = Date.now()
  takeMany(1, 6)
  await tell()
  expect(spendings.slice(1)).toEqual([{ since, ms: 6_000 }])
})

test('what is taken while a call is under way counts beside its answer', async () => {
  const due = new Set<Account>()
  const bucket = createSharedBucket('sends', [10, 10], due)
  let answer = (_fullAt: number) => {}
  const store: LimitStore = { add: () => new Promise(resolve => (answer = resolve)) }
  const tell = tellWith(store, due, pino({ level: 'silent' }))
  for (let n = 0; n < 6; n++) bucket.take(1)
  const telling = tell()
  bucket.take(1)
  answer(Date.now() + 8_000)
  await telling
  expect(bucket.take(1)).toMatchObject({ remaining: 0, retryAfterSeconds: 0 })
  expect(bucket.take(1).retryAfterSeconds).toBeGreaterThan(0)
})
