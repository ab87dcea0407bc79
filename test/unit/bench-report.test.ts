import { expect, test } from 'vitest'
import type { Figures } from '../bench/figures/figures.ts'
import type { LoadShape } from '../bench/load/load-protocol.ts'
import { formatNumber, formatTable } from '../bench/report/format-table.ts'
import { buildVerdict, isClean, tellVerdict } from '../bench/report/last-line.ts'
import { buildBounds, tellBounds } from '../bench/report/must-reach.ts'
import { addRound, addStored, type Cell, type Results } from '../bench/report/results.ts'
import { buildTables } from '../bench/report/tables.ts'
import type { SystemName } from '../bench/systems/system.ts'
import { packageOf, topFunctions, topShares } from '../bench/top-functions.ts'

const closed = (outstanding: number): LoadShape => ({ kind: 'closed', outstanding })
const CLEAN = { lost: 0, doubled: 0, outOfOrder: 0 }

function resultsOf(...rounds: [SystemName, LoadShape, Figures][]): Results {
  const cells: Cell[] = []
  for (const [system, shape, figures] of rounds)
    addRound(cells, { system, pairs: 50, shape }, { ...CLEAN, ...figures })
  const machine = {
    ...{
      at: '',
      cpu: '',
      cores: 2,
      memoryGb: 8,
      kernel: '',
      node: '',
      postgres: '',
      commit: '',
      switches: {},
    },
  }
  return { machine, cells, alone: undefined, warmUps: [], limits: {}, stored: {} }
}

const SATURATED = resultsOf(
  ['pipeline', closed(4), { messagesPerSecond: 900, 'cpu.oursAndPostgres': 1, 'calls.all': 3 }],
  ['pipeline', closed(16), { messagesPerSecond: 1_000, 'cpu.oursAndPostgres': 0.5, 'calls.all': 2 }],
  ['pipeline', closed(16), { messagesPerSecond: 2_460, 'cpu.oursAndPostgres': 0.61, 'calls.all': 1.9 }],
  ['pipeline', closed(16), { messagesPerSecond: 3_000, 'cpu.oursAndPostgres': 0.7, 'calls.all': 1.8 }],
  ['direct:tuned', closed(4), { messagesPerSecond: 2_000, 'cpu.oursAndPostgres': 1 }],
  ['direct:tuned', closed(16), { messagesPerSecond: 1_500, 'cpu.oursAndPostgres': 9 }],
)

test('the last line holds the medians of the best saturated loads, and what was lost', () => {
  expect(tellVerdict(buildVerdict(SATURATED))).toBe(
    'throughput 1.23 x direct:tuned, cpu 0.61 x direct:tuned, 1.9 aws calls/message, lost 0, doubled 0, out of order 0',
  )
})

test('what was not measured is not made up', () => {
  const line = tellVerdict(buildVerdict(resultsOf(['direct', closed(4), { messagesPerSecond: 10 }])))
  expect(line).toMatch(
    /^throughput n\/a x direct:tuned, cpu n\/a x direct:tuned, n\/a aws calls\/message, lost 0,/,
  )
})

test('faults of every round, of the warm-up and of the databases count', () => {
  const results: Results = {
    ...resultsOf(['direct', closed(4), { doubled: 1 }], ['direct', closed(4), { outOfOrder: 2 }]),
    warmUps: [{ lost: 1 }],
  }
  addStored(results.stored, 'direct', { stored: 3, lost: 1, doubled: 1, gaps: 0 })
  addStored(results.stored, 'direct', { stored: 2, lost: 2, doubled: 0, gaps: 1 })
  expect(results.stored).toEqual({ direct: { stored: 5, lost: 3, doubled: 1, gaps: 1 } })
  const verdict = buildVerdict(results)
  expect(verdict).toMatchObject({ lost: 3, doubled: 2, outOfOrder: 3 })
  expect(isClean(verdict)).toBe(false)
  expect(isClean(buildVerdict(SATURATED))).toBe(true)
})

test('each bound that this run has a figure for is told with how it stands', () => {
  const lines = tellBounds(buildBounds(SATURATED)).join('\n')
  expect(lines).toMatch(/throughput × direct:tuned, 50 pairs +≥ 1.05 +aim 1.3 +1.23 +ok/)
  expect(lines).toMatch(/CPU ours \+ PostgreSQL × direct:tuned, 50 pairs +≤ 0.7 +aim 0.5 +0.610 +ok/)
  expect(lines).toMatch(/AWS calls a message, 50 pairs +≤ 1.95 +aim 1.8 +1.90 +ok/)
  expect(lines).not.toMatch(/push p50|commits/)
  const late = resultsOf(['pipeline', { kind: 'open', rate: 100 }, { 'pushMs.p50': 8.5, 'pushMs.p99': 19 }])
  const [p50, p99] = tellBounds(buildBounds(late)).slice(-2)
  expect(p50).toMatch(/push p50 at 100\/s, ms.*missed$/)
  expect(p99).toMatch(/push p99 at 100\/s, ms.*ok$/)
  const behind = resultsOf(['pipeline', { kind: 'open', rate: 500 }, { behind: 1 }])
  expect(tellBounds(buildBounds(behind)).at(-1)).toMatch(/push p99 at 500\/s, ms.*fell behind +missed$/)
})

test('tables show every load and system, and which fell behind', () => {
  const results = resultsOf(
    ['pipeline', closed(4), { messagesPerSecond: 1_000, 'calls.Publish': 0.3, 'calls.all': 0.3 }],
    ['pipeline', closed(4), { messagesPerSecond: 3_000, 'calls.Publish': 0.1, 'calls.all': 0.1 }],
    ['pipeline', { kind: 'open', rate: 2_000 }, { behind: 1 }],
  )
  const text = buildTables(results).join('\n')
  expect(text).toMatch(/4 outstanding +pipeline +2,000 \(1,000–3,000\)/)
  expect(text).toMatch(/2000\/s +pipeline +falls behind/)
  expect(text).toMatch(/load +all +Publish/)
})

test('columns line up', () => {
  expect(
    formatTable([
      ['a', 'bb', '1'],
      ['aaa', 'b', '1,000'],
    ]),
  ).toEqual(['a    bb      1', 'aaa  b   1,000'])
})

test('numbers show what matters of them', () => {
  expect([undefined, 0, 0.1234, 1.234, 12.34, 123.4, 12_345.6].map(formatNumber)).toEqual([
    '–',
    '0.00',
    '0.123',
    '1.23',
    '12.3',
    '123',
    '12,346',
  ])
})

test('a profile is summed up by own time, without the time idle', () => {
  const node = (id: number, functionName: string, url = '') => ({
    ...{ id, callFrame: { functionName, url, lineNumber: 9 } },
  })
  const nodes = [node(1, '(idle)'), node(2, 'sign', 'file:///x/node_modules/jose/sign.js'), node(3, '')]
  expect(topFunctions({ nodes, samples: [1, 2, 3, 2], timeDeltas: [500, 30, 20, 50] })).toEqual([
    { name: 'sign jose/sign.js:10', share: 0.8 },
    { name: '(anonymous)', share: 0.2 },
  ])
  expect(topShares({ nodes, samples: [1, 2, 3], timeDeltas: [9, 1, 1] }, packageOf)).toEqual([
    { name: 'jose', share: 0.5 },
    { name: 'native', share: 0.5 },
  ])
})
