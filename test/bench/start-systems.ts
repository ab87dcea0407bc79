import { startLoad } from './load/start-load.ts'
import type { LoadedSystem } from './measure.ts'
import type { BenchOptions, Part } from './options.ts'
import { addUsers, choosePairs } from './systems/people.ts'
import { connectPostgres, type PostgresServer } from './systems/postgres-server.ts'
import { startDirect } from './systems/start-direct.ts'
import { startEmulators } from './systems/start-emulators.ts'
import { startPipeline } from './systems/start-pipeline.ts'
import { SYSTEM_NAMES, type System, type SystemName } from './systems/system.ts'

const PART_OF: Record<SystemName, Part> = {
  pipeline: 'pipeline',
  direct: 'direct',
  'direct:tuned': 'direct',
  'direct:lean': 'lean',
}

export interface Systems {
  postgres: PostgresServer
  measured: LoadedSystem[]
}

/**
 * Starts everything that is measured, on one PostgreSQL. All stay started: at rest they cost a few long polls a second.
 * The pipeline's stack brings the PostgreSQL, so it runs also where only the others are measured.
 */
export async function startSystems(options: {
  bench: BenchOptions
  dataDir: string
  nodeOptions: string
  signal: AbortSignal
  started: AsyncDisposableStack
}): Promise<Systems> {
  const { bench, dataDir, nodeOptions, signal, started } = options
  const emulators = bench.durableEmulators
    ? undefined
    : started.use(await startEmulators(nodeOptions, signal))
  const pipeline = started.use(await startPipeline(dataDir, nodeOptions, signal, emulators))
  const postgres = started.use(await connectPostgres(pipeline.databaseUrl, pipeline.postmaster))
  const pairs = choosePairs(Math.max(...bench.pairs))

  async function start(name: SystemName): Promise<System> {
    if (name === 'pipeline') return pipeline
    const databaseUrl = await postgres.createDatabase(`bench_${name.replace(':', '_')}`)
    const { jwtSecret } = pipeline.target
    return started.use(await startDirect({ name, databaseUrl, jwtSecret, nodeOptions, signal }))
  }

  const measured: LoadedSystem[] = []
  for (const name of SYSTEM_NAMES) {
    if (!bench.parts.has(PART_OF[name])) continue
    const system = await start(name)
    await addUsers(system.databaseUrl, pairs)
    const { senderSockets } = bench
    const load = started.use(await startLoad({ target: system.target, pairs, senderSockets, signal }))
    measured.push({ system, load })
  }
  return { postgres, measured }
}
