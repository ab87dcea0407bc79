import { summarise } from '../figures/percentiles.ts'
import { formatNumber, formatTable } from './format-table.ts'
import { type Cell, findBest, findCell, medianOf, type Results } from './results.ts'

/** A bound on a figure, and how it stands. */
export interface Bound {
  name: string
  must: number
  aim: number
  measured: number | undefined
  /** The figure must be so large; else so small. */
  atLeast?: boolean
}

/** The bounds for which this run has figures, each against direct:tuned of the same run where it is a ratio. */
export function buildBounds(results: Results): Bound[] {
  const counts = [...new Set(results.cells.map(cell => cell.pairs))]
  const [pairs = 0] = counts
  return [
    ...counts.flatMap(count => saturationBounds(results, count)),
    { name: 'AWS calls, one message alone', must: 8, aim: 7, measured: results.alone?.['calls.all'] },
    ...latencyBounds(results, pairs),
    ...ratioBounds(results, pairs),
  ].filter(bound => bound.measured !== undefined)
}

const CALL_BOUNDS = new Map([
  [50, { must: 1.95, aim: 1.8 }],
  [200, { must: 1.75, aim: 1.6 }],
])

function saturationBounds({ cells }: Results, pairs: number): Bound[] {
  const pipeline = findBest(cells, 'pipeline', pairs)
  const tuned = findBest(cells, 'direct:tuned', pairs)
  const ratio = (figure: string) => divide(medianOf(pipeline, figure), medianOf(tuned, figure))
  const calls = CALL_BOUNDS.get(pairs)
  const of = `${pairs} pairs`
  return [
    {
      name: `throughput × direct:tuned, ${of}`,
      ...{ must: 1.05, aim: 1.3, atLeast: true },
      measured: ratio('messagesPerSecond'),
    },
    {
      name: `CPU ours + PostgreSQL × direct:tuned, ${of}`,
      ...{ must: 0.7, aim: 0.5 },
      measured: ratio('cpu.oursAndPostgres'),
    },
    {
      name: `CPU PostgreSQL × direct:tuned, ${of}`,
      must: 0.28,
      aim: 0.2,
      measured: ratio('cpu.postgres'),
    },
    ...(calls
      ? [{ name: `AWS calls a message, ${of}`, ...calls, measured: medianOf(pipeline, 'calls.all') }]
      : []),
    { name: `commits a message, ${of}`, must: 0.05, aim: 0.025, measured: medianOf(pipeline, 'commits') },
  ]
}

const LATENCY_BOUNDS = [
  { rate: 100, p50: { must: 8, aim: 5 }, p99: { must: 20, aim: 12 } },
  { rate: 500, p50: { must: 10, aim: 6 }, p99: { must: 25, aim: 15 } },
  { rate: 1_000, p50: { must: 12, aim: 8 }, p99: { must: 40, aim: 20 } },
]

function latencyBounds({ cells }: Results, pairs: number): Bound[] {
  return LATENCY_BOUNDS.flatMap(({ rate, p50, p99 }) => {
    const cell = findCell(cells, 'pipeline', pairs, { kind: 'open', rate })
    return [
      { name: `push p50 at ${rate}/s, ms`, ...p50, measured: latencyOf(cell, 'pushMs.p50') },
      { name: `push p99 at ${rate}/s, ms`, ...p99, measured: latencyOf(cell, 'pushMs.p99') },
    ]
  })
}

function ratioBounds({ cells }: Results, pairs: number): Bound[] {
  const ratioAt = (rate: number, figure: string) => {
    const of = (system: 'pipeline' | 'direct:tuned') =>
      latencyOf(findCell(cells, system, pairs, { kind: 'open', rate }), figure)
    return divide(of('pipeline'), of('direct:tuned'))
  }
  return [
    {
      name: 'accept p50 at 100/s × direct:tuned',
      ...{ must: 0.8, aim: 0.5 },
      measured: ratioAt(100, 'acceptMs.p50'),
    },
    {
      name: 'accept p99 at 1000/s × direct:tuned',
      ...{ must: 1.5, aim: 1 },
      measured: ratioAt(1_000, 'acceptMs.p99'),
    },
    {
      name: 'CPU ours + PostgreSQL at 100/s × direct:tuned',
      ...{ must: 2, aim: 1.3 },
      measured: ratioAt(100, 'cpu.oursAndPostgres'),
    },
  ]
}

/** A round that fell behind has no end of latency. */
function latencyOf(cell: Cell | undefined, figure: string): number | undefined {
  if (cell === undefined) return undefined
  return summarise(cell.rounds.map(figures => figures[figure] ?? Number.POSITIVE_INFINITY)).median
}

export function tellBounds(bounds: Bound[]): string[] {
  if (bounds.length === 0) return []
  const rows = bounds.map(({ name, must, aim, measured, atLeast = false }) => [
    name,
    `${atLeast ? '≥' : '≤'} ${must}`,
    `aim ${aim}`,
    measured === Number.POSITIVE_INFINITY ? 'fell behind' : formatNumber(measured),
    isReached(measured as number, must, atLeast) ? 'ok' : 'missed',
  ])
  return ['', 'must reach', ...formatTable(rows, 1).map(line => `  ${line}`)]
}

function isReached(measured: number, bound: number, atLeast: boolean): boolean {
  return atLeast ? measured >= bound : measured <= bound
}

export function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by
}
