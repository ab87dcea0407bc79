import { availableParallelism } from 'node:os'
import type { LoadResult } from '../load/load-protocol.ts'
import { OUR_PROCESSES } from '../systems/system.ts'
import type { Spread } from './percentiles.ts'
import type { Snapshot } from './take-snapshot.ts'

/** One measurement: figures by name, e.g. `pushMs.p50` or `cpu.ingress`. Those that do not apply are absent. */
export type Figures = Record<string, number>

/** What a measurement says. `cpu.…`: seconds per 1,000 messages, which is ms per message. */
export function buildFigures(result: LoadResult, before: Snapshot, after: Snapshot): Figures {
  const faults = {
    ...{ failed: result.failed, lost: result.lost, doubled: result.doubled, outOfOrder: result.outOfOrder },
    behind: Number(result.behind),
  }
  if (result.behind || result.pushed === 0) return faults
  const perMessage = (name: string, from: Record<string, number>, to: Record<string, number>): Figures =>
    Object.fromEntries(
      Object.entries(to).map(([key, value]) => [
        `${name}.${key}`,
        (value - (from[key] ?? 0)) / result.pushed,
      ]),
    )
  const cpu = perMessage('cpu', before.cpuMs, after.cpuMs)
  const calls = perMessage('calls', before.awsRequests, after.awsRequests)
  const ours = sum(OUR_PROCESSES.map(name => cpu[`cpu.${name}`] ?? 0))
  return {
    messagesPerSecond: result.pushed / result.seconds,
    ...flatten('acceptMs', result.acceptMs),
    ...flatten('pushMs', result.pushMs),
    ...flatten('lateMs', result.lateMs),
    ...cpu,
    'cpu.ours': ours,
    'cpu.oursAndPostgres': ours + (cpu['cpu.postgres'] ?? 0),
    ...elsewhere(result, before, after),
    ...Object.fromEntries(Object.entries(after.memoryMb).map(([name, mb]) => [`memoryMb.${name}`, mb])),
    ...calls,
    'calls.all': sum(Object.values(calls)),
    statements: (after.sqlStatements - before.sqlStatements) / result.pushed,
    commits: (after.commits - before.commits) / result.pushed,
    walBytes: (after.walBytes - before.walBytes) / result.pushed,
    ...faults,
  }
}

/** Shares of the machine that were used by what is not measured here: other programs, and other guests of the host. */
function elsewhere({ seconds }: LoadResult, before: Snapshot, after: Snapshot): Figures {
  const all = seconds * 1000 * availableParallelism()
  const ours = sum(Object.values(after.cpuMs)) - sum(Object.values(before.cpuMs))
  const busy = after.machineCpuMs.busy - before.machineCpuMs.busy
  const stolen = after.machineCpuMs.stolen - before.machineCpuMs.stolen
  return { 'machine.elsewhere': Math.max(0, busy - ours) / all, 'machine.stolen': stolen / all }
}

function flatten(name: string, spread: Spread | undefined): Figures {
  return Object.fromEntries(Object.entries(spread ?? {}).map(([key, value]) => [`${name}.${key}`, value]))
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
