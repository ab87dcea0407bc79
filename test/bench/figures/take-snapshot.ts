import type { PostgresServer } from '../systems/postgres-server.ts'
import type { System } from '../systems/system.ts'
import { cpuMsOf, cpuMsOfFamily, machineCpuMs, memoryMbOfFamily, rssMbOf } from './process-usage.ts'
import { type OwnCounters, readOwnCounters } from './read-counters.ts'

/** All counters of one system at one moment. */
export interface Snapshot extends OwnCounters {
  cpuMs: Record<string, number>
  machineCpuMs: { busy: number; stolen: number }
  memoryMb: Record<string, number>
  commits: number
  walBytes: number
}

/** `load`: the process id of the load generator. CPU is read before anything is waited for. */
export async function takeSnapshot(
  system: System,
  load: number,
  postgres: PostgresServer,
): Promise<Snapshot> {
  const single = Object.entries({ ...system.processes, load })
  const cpuMs = {
    ...Object.fromEntries(single.map(([name, pid]) => [name, readOf(name, () => cpuMsOf(pid))])),
    postgres: cpuMsOfFamily(postgres.postmaster),
  }
  const machine = machineCpuMs()
  const [own, database] = await Promise.all([
    readOwnCounters(system.metricsUrls),
    postgres.readCounters(system.databaseUrl),
  ])
  const memoryMb = {
    ...Object.fromEntries(single.map(([name, pid]) => [name, rssMbOf(pid)])),
    postgres: memoryMbOfFamily(postgres.postmaster),
  }
  return { cpuMs, machineCpuMs: machine, memoryMb, ...own, ...database }
}

function readOf(name: string, read: () => number): number {
  try {
    return read()
  } catch (error) {
    throw new Error(`${name} ended while it was measured`, { cause: error })
  }
}
