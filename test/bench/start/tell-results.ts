import { summarise } from '../figures/percentiles.ts'
import { tellMachine } from '../report/describe-machine.ts'
import { formatNumber, formatTable } from '../report/format-table.ts'
import { buildBounds, isReached, SERVICES, type StartResults } from './results.ts'

const LARGEST = 8

/** What stands on the terminal. */
export function tellResults(results: StartResults): string[] {
  const { machine, local, services, lambda, installed } = results
  return [
    '',
    tellMachine(machine),
    ...titled('from process start to ready, ms: median (range)', [
      ['npm start, new data', tellTimes(local.fresh)],
      ['npm start, kept data', tellTimes(local.existing)],
      ...SERVICES.map(name => [name, tellTimes(services[name])]),
      ['Lambda init', tellTimes(lambda.initMs)],
    ]),
    ...titled('size, kB, and the largest packages in it', [
      ['Lambda bundle', tellKilobytes(lambda.bytes), tellLargest(lambda.packages)],
      ['production dependencies', tellKilobytes(installed.bytes), tellLargest(installed.packages)],
    ]),
    ...titled(
      'must reach',
      buildBounds(results).map(bound => [
        bound.name,
        `≤ ${bound.must}`,
        formatNumber(bound.measured),
        isReached(bound) ? 'ok' : 'missed',
      ]),
    ),
    '',
    tellVerdict(results),
  ]
}

/** The one line that programs read. */
export function tellVerdict({ local, services, lambda, installed }: StartResults): string {
  const slowest = Math.max(...SERVICES.map(name => summarise(services[name]).median))
  const start = (ms: number[]) => (summarise(ms).median / 1_000).toFixed(2)
  return [
    `npm start ready in ${start(local.existing)} s (new data ${start(local.fresh)} s)`,
    `slowest service in ${(slowest / 1_000).toFixed(2)} s`,
    `Lambda ${(lambda.bytes / 1_000).toFixed(0)} kB, init ${summarise(lambda.initMs).median.toFixed(0)} ms`,
    `production dependencies ${(installed.bytes / 1e6).toFixed(1)} MB`,
  ].join(', ')
}

function titled(title: string, rows: string[][]): string[] {
  return ['', title, ...formatTable(rows, rows[0]?.length).map(line => `  ${line}`)]
}

function tellTimes(ms: number[]): string {
  const { median, min, max } = summarise(ms)
  return `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`
}

function tellKilobytes(bytes: number): string {
  return formatNumber(bytes / 1_000)
}

function tellLargest(packages: [name: string, bytes: number][]): string {
  return packages
    .slice(0, LARGEST)
    .map(([name, bytes]) => `${name} ${tellKilobytes(bytes)}`)
    .join(', ')
}
