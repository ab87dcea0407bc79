import { type Rounds, summarise } from '../figures/percentiles.ts'
import type { SystemName } from '../systems/system.ts'
import { formatNumber, formatTable } from './format-table.ts'
import { type Cell, describeShape, medianOf, type Results, roundsOf } from './results.ts'

/** What stands on the terminal, table by table. */
export function buildTables(results: Results): string[] {
  const counts = [...new Set(results.cells.map(cell => cell.pairs))]
  return [
    ...counts.flatMap(pairs => {
      const cells = results.cells.filter(cell => cell.pairs === pairs)
      return [
        ...titled(`${pairs} pairs: median (range) of the rounds; times in ms; per message`, speeds(cells)),
        ...titled(`${pairs} pairs: CPU seconds per 1,000 messages, by process`, byProcess(cells, 'cpu')),
        ...titled(`${pairs} pairs: AWS calls per message, by operation`, calls(cells, results)),
      ]
    }),
    ...titled(
      'memory, MB: RSS at the end of the heaviest load; PostgreSQL as a whole',
      memory(results.cells),
    ),
    ...titled(
      'limits',
      Object.entries(results.limits).map(([name, value]) => [name, formatNumber(value)]),
    ),
    ...titled('in the databases', storedRows(results)),
    ...titled('used of the machine by others meanwhile: a few percent are the kernel', others(results.cells)),
  ]
}

function titled(title: string, rows: string[][]): string[] {
  const isEmpty = rows.length === 0 || rows[0]?.length === 0
  return isEmpty ? [] : ['', title, ...formatTable(rows).map(line => `  ${line}`)]
}

function speeds(cells: Cell[]): string[][] {
  if (cells.length === 0) return []
  const heading = [
    'load',
    'system',
    'msg/s',
    'accept p50/p95/p99',
    'push p50/p95/p99',
    'CPU ours + PG (emul.)',
  ]
  const rest = ['AWS calls', 'SQL', 'commits', 'WAL bytes']
  return [[...heading, ...rest], ...cells.map(speedRow)]
}

function speedRow(cell: Cell): string[] {
  const figure = (name: string) => formatNumber(medianOf(cell, name))
  const spread = (name: string) => ['p50', 'p95', 'p99'].map(p => figure(`${name}.${p}`)).join(' / ')
  const emulators = medianOf(cell, 'cpu.emulators')
  return [
    ...[describeShape(cell.shape), cell.system],
    describeSpeed(cell),
    ...[spread('acceptMs'), spread('pushMs')],
    `${figure('cpu.ours')} + ${figure('cpu.postgres')}${emulators === undefined ? '' : ` (${formatNumber(emulators)})`}`,
    ...[figure('calls.all'), figure('statements'), figure('commits'), figure('walBytes')],
  ]
}

function describeSpeed(cell: Cell): string {
  const behind = cell.rounds.filter(figures => figures.behind === 1).length
  if (behind === cell.rounds.length) return 'falls behind'
  const speed = formatRounds(roundsOf(cell, 'messagesPerSecond'))
  return behind === 0 ? speed : `${speed}, behind in ${behind}`
}

function formatRounds(rounds: Rounds | undefined): string {
  if (rounds === undefined || rounds.min === rounds.max) return formatNumber(rounds?.median)
  return `${formatNumber(rounds.median)} (${formatNumber(rounds.min)}–${formatNumber(rounds.max)})`
}

const PROCESSES = ['ingress', 'persister', 'delivery', 'gateway', 'server', 'postgres', 'emulators']
const ALL_PROCESSES = [...PROCESSES, 'supervisor', 'load']

function byProcess(cells: Cell[], figure: string): string[][] {
  return [
    ['load', 'system', ...ALL_PROCESSES],
    ...cells.map(cell => [
      ...[describeShape(cell.shape), cell.system],
      ...ALL_PROCESSES.map(name => formatNumber(medianOf(cell, `${figure}.${name}`))),
    ]),
  ]
}

function calls(cells: Cell[], { alone }: Results): string[][] {
  const rows = cells
    .filter(cell => cell.system === 'pipeline')
    .map(cell => ({ name: describeShape(cell.shape), figure: (key: string) => medianOf(cell, key) }))
  if (alone) rows.push({ name: 'one message alone', figure: key => alone[key] })
  const keys = [...cells.flatMap(cell => cell.rounds), alone ?? {}].flatMap(Object.keys)
  const operations = [...new Set(keys.filter(key => key.startsWith('calls.') && key !== 'calls.all'))]
    .filter(key => rows.some(row => (row.figure(key) ?? 0) > 0))
    .toSorted()
  if (rows.length === 0 || operations.length === 0) return []
  return [
    ['load', 'all', ...operations.map(key => key.slice('calls.'.length))],
    ...rows.map(({ name, figure }) => [
      name,
      ...['calls.all', ...operations].map(key => formatNumber(figure(key))),
    ]),
  ]
}

function memory(cells: Cell[]): string[][] {
  const systems = [...new Set(cells.map(cell => cell.system))]
  if (systems.length === 0) return []
  const largest = (system: SystemName, name: string) =>
    Math.max(
      ...cells
        .filter(cell => cell.system === system)
        .map(cell => roundsOf(cell, `memoryMb.${name}`)?.max ?? Number.NaN)
        .filter(mb => !Number.isNaN(mb)),
    )
  return [
    ['system', '', ...ALL_PROCESSES],
    ...systems.map(system => [
      ...[system, ''],
      ...ALL_PROCESSES.map(name => {
        const mb = largest(system, name)
        return formatNumber(Number.isFinite(mb) ? mb : undefined)
      }),
    ]),
  ]
}

function others(cells: Cell[]): string[][] {
  const row = (name: string, figure: string) => {
    const shares = cells.flatMap(cell => cell.rounds).flatMap(figures => figures[figure] ?? [])
    if (shares.length === 0) return []
    const { median, max } = summarise(shares)
    return [[name, `${(median * 100).toFixed(1)} %, at most ${(max * 100).toFixed(1)} %`]]
  }
  return [...row('other programs', 'machine.elsewhere'), ...row('other guests of the host', 'machine.stolen')]
}

function storedRows({ stored }: Results): string[][] {
  return Object.entries(stored).map(([system, { stored: count, lost, doubled, gaps }]) => [
    system,
    `${formatNumber(count)} messages stored, ${lost} lost, ${doubled} doubled, ${gaps} conversations with gaps`,
  ])
}
