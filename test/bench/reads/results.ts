import type { Machine } from '../report/describe-machine.ts'
import type { ReadFigures } from './measure/measure-read.ts'
import type { WriteFigures } from './measure/measure-writes.ts'

/** All that a run found out. Figures stand in the order of the sizes. */
export interface ReadsResults {
  machine: Machine
  /** `shared_buffers` of the server. */
  buffers: string
  databases: { size: number; bytes: number }[]
  reads: ReadResult[]
  writes: WriteResult[]
}

export interface ReadResult {
  name: string
  boundMs: number
  figures: ReadFigures[]
}

export interface WriteResult {
  name: string
  figures: WriteFigures[]
}

/** How the largest database stands against the smallest, and against the bound. */
export interface Verdict {
  /** Undefined when there is one size only. */
  ratio: number | undefined
  isReached: boolean
}

/** A p95 in the largest database may be so many times that in the smallest. */
export const MAX_READ_RATIO = 1.5
/** Writes to the largest database must be so many times as fast as to the smallest. */
export const MIN_WRITE_RATIO = 0.8

export function judgeRead({ boundMs, figures }: ReadResult): Verdict {
  const p95s = figures.map(({ serverMs }) => serverMs.p95)
  const ratio = ratioOf(p95s)
  const isQuick = p95s.every(p95 => p95 <= boundMs)
  return { ratio, isReached: isQuick && (ratio === undefined || ratio <= MAX_READ_RATIO) }
}

export function judgeWrite({ figures }: WriteResult): Verdict {
  const ratio = ratioOf(figures.map(({ messagesPerSecond }) => messagesPerSecond))
  return { ratio, isReached: ratio === undefined || ratio >= MIN_WRITE_RATIO }
}

/** Calls whose answer or number of statements was not what it must be. */
export function countWrong({ reads, writes }: ReadsResults): number {
  return [...reads, ...writes]
    .flatMap(({ figures }) => figures as { wrong: number }[])
    .reduce((sum, { wrong }) => sum + wrong, 0)
}

function ratioOf(values: number[]): number | undefined {
  const [first, last] = [values[0], values.at(-1)]
  return values.length < 2 || first === undefined || last === undefined ? undefined : last / first
}
