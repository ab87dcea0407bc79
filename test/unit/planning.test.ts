import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AS_MEASURED, BOUND_USD, buildCostPage } from '../../infra/planning/cost-page.ts'
import { readMeasured, summarise } from '../../infra/planning/measured.ts'
import { costAtAbly, costOfMonth, findPlan } from '../../infra/planning/monthly-cost.ts'
import { chargeRequests, totalOf } from '../../infra/planning/request-charges.ts'
import { examineScale } from '../../infra/planning/scale.ts'
import { buildScalePage } from '../../infra/planning/scale-page.ts'

const BODIES = { commandBytes: 500, eventBytes: 1_000 }
const ALONE = {
  SendMessageBatch: 1,
  ReceiveMessage: 2,
  DeleteMessageBatch: 2,
  ChangeMessageVisibilityBatch: 0,
  PublishBatch: 1,
  BatchGetItem: 1,
  PostToConnection: 1,
}

test('docs/cost.md says what measured figures, prices and assumptions give (npm run docs makes it anew)', () => {
  expect(readFileSync('docs/cost.md', 'utf8')).toBe(buildCostPage())
})

test('docs/scale.md says what quotas, measured figures and assumptions give (npm run docs makes it anew)', () => {
  expect(readFileSync('docs/scale.md', 'utf8')).toBe(buildScalePage())
})

test('a million delivered messages at load cost no more than the bound by the request', () => {
  const { saturated } = readMeasured()
  expect(totalOf(chargeRequests(saturated.calls, BODIES, AS_MEASURED))).toBeLessThanOrEqual(BOUND_USD)
})

test('the charges of a message alone are the sum that can be made by hand', () => {
  const sqs = 5 * 0.5
  const sns = 0.3 + 0.017 + 0.01 + 0.001
  const reads = 2 * 0.125
  const total = totalOf(chargeRequests(ALONE, BODIES, { pushes: 1, sentBy: 'rest' }))
  expect(total).toBeCloseTo(sqs + sns + reads + 1, 6)
  const bySocket = totalOf(chargeRequests(ALONE, BODIES, { pushes: 1, sentBy: 'socket' }))
  expect(bySocket - total).toBeCloseTo(1 + 1 + 0.2 + 0.5 * 0.01 * 13.3334, 6)
})

test('a request is billed once more for each 64 KiB that it carries', () => {
  const usdOf = (eventBytes: number, what: string) =>
    chargeRequests({ ...ALONE, PublishBatch: 0.1 }, { ...BODIES, eventBytes }, AS_MEASURED).find(
      charge => charge.what === what,
    )?.usd
  expect(usdOf(6_000, 'SNS, PublishBatch')).toBeCloseTo(0.03, 6)
  expect(usdOf(7_000, 'SNS, PublishBatch')).toBeCloseTo(0.06, 6)
  expect(usdOf(30_000, 'SNS, PublishBatch')).toBeCloseTo(0.15, 6)
})

test('a crowd ten times as large costs more, though not ten times as much, and less a user', () => {
  const measured = readMeasured()
  for (const profile of ['connected', 'monthly'] as const) {
    const [few, many] = [10_000, 100_000].map(users => costOfMonth(users, profile, measured, BODIES).usd)
    expect(many).toBeGreaterThan(few as number)
    expect(many).toBeLessThan(10 * (few as number))
  }
})

test('what sockets cost is the sum that can be made by hand', () => {
  const { lines } = costOfMonth(1_000_000, 'connected', readMeasured(), BODIES)
  const usdOf = (what: RegExp) => lines.find(line => what.test(line.what))?.usd
  const renewals = (1_000_000 * 730 * 3_600) / (110 * 60) / 1e6
  const lambdas = 3 * 0.2 + 3 * 0.5 * 0.01 * 13.3334
  expect(usdOf(/^Sockets renewed/)).toBeCloseTo(renewals * (lambdas + 2 * 0.625), 6)
  // A ticket is written and taken, and so is the end of a token.
  expect(usdOf(/^Their tickets/)).toBeCloseTo(renewals * 4 * 0.625, 6)
  const runs = (730 * 60) / 1e6
  const seconds = runs * 0.1 + (renewals * 0.02) / 32
  expect(usdOf(/^The function/)).toBeCloseTo(runs * 0.2 + seconds * 0.5 * 13.3334 + runs * 10 * 0.125, 6)
})

test('the price of others is that of the plan that takes the crowd', () => {
  expect(findPlan('stream', 10_000)?.usd).toBe(499)
  expect(findPlan('stream', 10_001)?.upToMonthlyUsers).toBe(25_000)
  expect(findPlan('sendbird', 25_001)).toBeUndefined()
  // Two per million minutes of 10,000 users, 27.4 million commands counted three times, and the package.
  expect(costAtAbly(10_000, 'connected')).toBeCloseTo(29 + 438 * 2 + 27.375 * 3 * 2.5, 0)
})

test('bounds are told with the scarcest first, and the more users the more of each', () => {
  const measured = readMeasured()
  const few = examineScale(10_000, measured)
  const many = examineScale(10_000_000, measured)
  for (const { demands } of [few, many])
    expect(demands.map(({ share }) => share)).toEqual(
      demands.map(({ share }) => share).toSorted((a, b) => b - a),
    )
  for (const { what, share } of many.demands) {
    const before = few.demands.find(one => one.what === what)
    expect([what, share > (before?.share ?? 1)]).toEqual([what, true])
  }
  // 10 million users, 20 messages a day, five times the average, three commands each.
  expect(many.commandsPerSecond).toBeCloseTo(((10_000_000 * 20) / 86_400) * 5 * 3, 6)
})

test('of a run of the bench the medians of the pipeline with the fewest pairs are kept', () => {
  const figuresOf = (messagesPerSecond: number) => {
    const names = ['ingress', 'persister', 'delivery', 'gateway', 'postgres'].map(name => `cpu.${name}`)
    const calls = Object.keys(ALONE).map(name => `calls.${name}`)
    const all = [...names, ...calls, 'walBytes'].map(name => [name, { median: 0.12345, min: 0, max: 9 }])
    return { ...Object.fromEntries(all), messagesPerSecond: { median: messagesPerSecond } }
  }
  const cell = (load: string, messagesPerSecond: number, pairs = 50, system = 'pipeline') => ({
    ...{ system, pairs, load },
    figures: figuresOf(messagesPerSecond),
  })
  const summary = summarise({
    machine: { at: '2026-01-02T03:04:05.678Z', commit: 'abc', cores: 2, cpu: 'fast' },
    alone: { 'calls.ReceiveMessage': 2, messagesPerSecond: 3 },
    loads: [
      cell('4 outstanding', 1_500),
      cell('16 outstanding', 2_000),
      cell('1000/s', 1_000),
      cell('100/s', 100),
      cell('64 outstanding', 9_000, 200),
      cell('64 outstanding', 9_000, 50, 'direct'),
    ],
  })
  expect(summary.saturated).toMatchObject({ load: '50 pairs, 16 outstanding', messagesPerSecond: 2_000 })
  expect(summary.saturated.calls.PublishBatch).toBe(0.123)
  expect(summary.rates.map(({ messagesPerSecond }) => messagesPerSecond)).toEqual([100, 1_000])
  expect(summary.alone.calls.ReceiveMessage).toBe(2)
})
