import { join } from 'node:path'
import { RAISED_LIMITS } from '../../support/raised-limits.ts'
import { summarise } from '../figures/percentiles.ts'
import type { LoadShape } from '../load/load-protocol.ts'
import { startLoad } from '../load/start-load.ts'
import { type LoadedSystem, measure } from '../measure.ts'
import { addUsers, choosePairs } from '../systems/people.ts'
import { connectPostgres, type PostgresServer } from '../systems/postgres-server.ts'
import { startEmulators } from '../systems/start-emulators.ts'
import { startPipeline } from '../systems/start-pipeline.ts'
import type { TelemetryOptions } from './options.ts'
import { startCollector } from './start-collector.ts'

export const PLAIN = 'plain'
const SHAPE: LoadShape = { kind: 'closed', outstanding: 16 }
const PAIRS = 50
const WARM_UP_SECONDS = 8
const WARM_SECONDS = 0.5

export interface Cost {
  name: string
  /** CPU of the four services for one message, ms: the median of the rounds. */
  cpuMs: number
  /** The same beside that of the plain pipeline in the same round. */
  ratio: { median: number; min: number; max: number }
}

interface Measured {
  name: string
  loaded: LoadedSystem
  postgres: PostgresServer
  cpuMs: number[]
}

/** What sets the pipelines apart. */
function settingsByName(endpoint: string): Record<string, Record<string, string>> {
  const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'false' }
  return {
    [PLAIN]: { OTEL_SDK_DISABLED: 'true' },
    'traces of 1 %': {
      ...traces,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    },
    'all traces': { ...traces, OTEL_TRACES_SAMPLER: 'parentbased_always_on' },
  }
}

/** All pipelines are started, then measured in turns, since the speed of a machine drifts. */
export async function runTelemetry(
  { rounds, seconds }: TelemetryOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Cost[]> {
  await using started = new AsyncDisposableStack()
  const collector = started.use(await startCollector())
  const measured: Measured[] = []
  for (const [name, settings] of Object.entries(settingsByName(collector.url))) {
    say(`starting: ${name}`)
    const dataDir = join(folder, String(measured.length))
    measured.push({ name, ...(await start(dataDir, settings, signal, started)), cpuMs: [] })
  }
  const job = { shape: SHAPE, pairs: PAIRS, warmSeconds: WARM_SECONDS, seconds }
  for (const { loaded, postgres } of measured)
    await measure(loaded, postgres, { ...job, seconds: WARM_UP_SECONDS })
  for (let round = 1; round <= rounds; round++)
    for (const each of round % 2 === 0 ? measured.toReversed() : measured) {
      signal.throwIfAborted()
      const figures = await measure(each.loaded, each.postgres, job)
      each.cpuMs.push(figures['cpu.ours'] ?? Number.NaN)
      say(`round ${round}/${rounds}  ${each.name}  ${each.cpuMs.at(-1)?.toFixed(3)} ms`)
    }
  if (collector.bytes === 0) throw new Error('the collector got no traces: what was measured means nothing')
  return costsOf(measured)
}

async function start(
  dataDir: string,
  settings: Record<string, string>,
  signal: AbortSignal,
  started: AsyncDisposableStack,
) {
  const emulators = started.use(await startEmulators('', signal))
  const system = started.use(
    await startPipeline(dataDir, '', signal, emulators, { ...RAISED_LIMITS, ...settings }),
  )
  const postgres = started.use(await connectPostgres(system.databaseUrl, system.postmaster))
  const pairs = choosePairs(PAIRS)
  await addUsers(system.databaseUrl, pairs)
  const load = started.use(await startLoad({ target: system.target, pairs, signal }))
  return { loaded: { system, load }, postgres }
}

function costsOf(measured: Measured[]): Cost[] {
  const plain = measured.find(({ name }) => name === PLAIN)?.cpuMs ?? []
  return measured.map(({ name, cpuMs }) => ({
    name,
    cpuMs: summarise(cpuMs).median,
    ratio: summarise(cpuMs.map((ms, round) => ms / (plain[round] as number))),
  }))
}
