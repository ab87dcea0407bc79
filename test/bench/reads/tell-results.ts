import type { Spread } from '../figures/percentiles.ts'
import { tellMachine } from '../report/describe-machine.ts'
import { formatNumber, formatTable } from '../report/format-table.ts'
import { nameOfSize } from './options.ts'
import {
  countWrong,
  judgeRead,
  judgeWrite,
  MAX_READ_RATIO,
  MIN_WRITE_RATIO,
  type ReadsResults,
  type Verdict,
} from './results.ts'

/** What stands on the terminal. */
export function tellResults(results: ReadsResults): string[] {
  return [
    '',
    tellMachine(results.machine),
    `shared_buffers ${results.buffers}`,
    ...results.databases.map(
      ({ size, bytes }) => `${nameOfSize(size)} messages: ${formatNumber(bytes / 1e6)} MB`,
    ),
    ...titled('reads: ms at the server (planned, executed, written out), p50 / p95', readRows(results)),
    ...titled('reads: ms at the client, p50 / p95; blocks of 8 kB in buffers + not', clientRows(results)),
    ...titled(
      'writes: messages a second; ms a commit, p50 / p95; bytes of log a message',
      writeRows(results),
    ),
    '',
    tellVerdict(results),
  ]
}

/** The one line that programs read. */
export function tellVerdict(results: ReadsResults): string {
  const verdicts = [...results.reads.map(judgeRead), ...results.writes.map(judgeWrite)]
  const reached = verdicts.filter(({ isReached }) => isReached).length
  return `${reached} of ${verdicts.length} bounds reached, wrong answers ${countWrong(results)}`
}

function titled(title: string, rows: string[][]): string[] {
  return ['', title, ...formatTable(rows, 1).map(line => `  ${line}`)]
}

function readRows({ databases, reads }: ReadsResults): string[][] {
  return [
    ['', ...databases.map(({ size }) => nameOfSize(size)), 'p95 ×', 'bound', ''],
    ...reads.map(read => [
      read.name,
      ...read.figures.map(({ serverMs }) => spread(serverMs)),
      ...verdictCells(judgeRead(read), `≤ ${MAX_READ_RATIO} ×, ≤ ${read.boundMs} ms`),
    ]),
  ]
}

function clientRows({ databases, reads }: ReadsResults): string[][] {
  return [
    ['', ...databases.flatMap(({ size }) => [nameOfSize(size), 'blocks'])],
    ...reads.map(({ name, figures }) => [
      name,
      ...figures.flatMap(({ clientMs, hitBlocks, readBlocks }) => [
        spread(clientMs),
        `${hitBlocks} + ${readBlocks}`,
      ]),
    ]),
  ]
}

function writeRows({ databases, writes }: ReadsResults): string[][] {
  return [
    ['', ...databases.flatMap(({ size }) => [nameOfSize(size), 'commit', 'log']), '×', 'bound', ''],
    ...writes.map(write => [
      write.name,
      ...write.figures.flatMap(({ messagesPerSecond, commitMs, walBytesPerMessage }) => [
        formatNumber(messagesPerSecond),
        spread(commitMs),
        formatNumber(walBytesPerMessage),
      ]),
      ...verdictCells(judgeWrite(write), `≥ ${MIN_WRITE_RATIO} ×`),
    ]),
  ]
}

function verdictCells({ ratio, isReached }: Verdict, bound: string): string[] {
  return [formatNumber(ratio), bound, isReached ? 'ok' : 'missed']
}

function spread({ p50, p95 }: Spread): string {
  return `${formatNumber(p50)} / ${formatNumber(p95)}`
}
