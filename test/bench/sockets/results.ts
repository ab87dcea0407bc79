import type { LoadResult } from '../load/load-protocol.ts'
import type { Machine } from '../report/describe-machine.ts'
import type { StoredFaults } from '../systems/people.ts'
import type { CatchUpResult, ConnectResult, PingResult, StormResult } from './clients/clients-protocol.ts'
import type { CpuMs } from './watch-processes.ts'

/** All that a run found out. */
export interface SocketsResults {
  machine: Machine
  sockets: number
  connect: ConnectResult & { cpuMs: CpuMs }
  memory: GatewayMemory[]
  idle: { seconds: number; cpuMs: CpuMs }
  ping: PingResult & { seconds: number; cpuMs: CpuMs }
  push: LoadResult & { rate: number; cpuMs: CpuMs }
  storm: StormResult & {
    rate: number
    /** From the kill to the first socket, and to the last. */
    firstBackSeconds: number
    allBackSeconds: number
    cpuMs: CpuMs
  }
  catchUp: CatchUpResult
  stored: StoredFaults
}

/** The gateway at one moment, MB. */
export interface GatewayMemory {
  when: string
  rss: number
  heapUsed: number
  external: number
}

export interface Bound {
  name: string
  must: number
  measured: number
}

const MAX_KILOBYTES_PER_SOCKET = 20
const MAX_STORM_SECONDS = 20

export function buildBounds(results: SocketsResults): Bound[] {
  return [
    {
      name: 'gateway RSS of an idle connection, kB',
      must: MAX_KILOBYTES_PER_SOCKET,
      measured: kilobytesPerSocket(results),
    },
    {
      name: 'all back after the gateway was killed, s',
      must: MAX_STORM_SECONDS,
      measured: results.storm.allBackSeconds,
    },
    { name: 'pushes lost after catch-up', must: 0, measured: countLost(results) },
  ]
}

/** From before the first connection to the end of the idle time. */
export function kilobytesPerSocket({ memory, sockets }: SocketsResults): number {
  const [before, after] = [memory[0], memory.at(-1)]
  return (((after?.rss ?? 0) - (before?.rss ?? 0)) * 1_000) / sockets
}

/** Messages that were accepted and that their recipient has neither been pushed nor found. */
export function countLost({ push, catchUp, stored }: SocketsResults): number {
  return push.lost + catchUp.lost + Math.max(catchUp.differing, stored.lost)
}

/** What no timing excuses. */
export function isClean(results: SocketsResults): boolean {
  const { push, stored } = results
  return countLost(results) + push.doubled + push.outOfOrder + stored.doubled + stored.gaps === 0
}
