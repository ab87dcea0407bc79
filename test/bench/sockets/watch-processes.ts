import { recordedPids } from '../../support/stack-processes.ts'
import { cpuMsOf, cpuMsOfFamily, rssMbOf } from '../figures/process-usage.ts'
import type { Pipeline } from '../systems/start-pipeline.ts'
import type { GatewayMemory } from './results.ts'

/** CPU by process, ms. */
export type CpuMs = Record<string, number>

/** The processes of a run, of which the gateway may be replaced. */
export interface Watched {
  pipeline: Pipeline
  dataDir: string
  clients: number
}

export async function readCpu({ pipeline, dataDir, clients }: Watched): Promise<CpuMs> {
  const { gateway } = await recordedPids(dataDir)
  const pids = { ...pipeline.processes, gateway: gateway as number, clients }
  return {
    ...Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMsOf(pid)])),
    postgres: cpuMsOfFamily(pipeline.postmaster),
  }
}

/** `isNew`: the gateway has been replaced meanwhile, and all its CPU counts. */
export function usedCpu(before: CpuMs, after: CpuMs, { isNew = false } = {}): CpuMs {
  return Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [
      name,
      ms - (name === 'gateway' && isNew ? 0 : (before[name] ?? 0)),
    ]),
  )
}

export async function readGatewayMemory(when: string, pipeline: Pipeline): Promise<GatewayMemory> {
  const rss = rssMbOf(pipeline.processes.gateway as number) * 1.048576
  const text = await (await fetch(pipeline.metricsUrls.at(-1) as string)).text()
  const megabytes = (name: string) => Number(text.match(new RegExp(`^${name} (\\S+)`, 'm'))?.[1]) / 1e6
  return {
    ...{ when, rss },
    heapUsed: megabytes('nodejs_heap_size_used_bytes'),
    external: megabytes('nodejs_external_memory_bytes'),
  }
}
