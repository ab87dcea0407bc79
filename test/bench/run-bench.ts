import { sleep } from '../../shared/lifecycle.ts'
import { measureInserts } from './limits/insert-rates.ts'
import { measurePushes } from './limits/push-rate.ts'
import type { LoadShape } from './load/load-protocol.ts'
import { measure } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { describeMachine } from './report/describe-machine.ts'
import { formatNumber } from './report/format-table.ts'
import { addRound, describeShape, type Results } from './report/results.ts'
import { type Systems, startSystems } from './start-systems.ts'
import { checkStored } from './systems/people.ts'
import type { PostgresServer } from './systems/postgres-server.ts'

interface Run {
  options: BenchOptions
  systems: Systems
  results: Results
  signal: AbortSignal
  say(line: string): void
}

/** How long the parts beside the measurements take. */
const FULL = { warmUpSeconds: 15, warmSeconds: 1, limitSeconds: 3, aloneMessages: 20 }
const QUICK = { warmUpSeconds: 2, warmSeconds: 0.5, limitSeconds: 0.5, aloneMessages: 8 }
/** Enough for polls that a load multiplied to end; and between two messages, less than a poll's length. */
const QUIET_MS = 2_000
const PAUSE_MS = 300
/** Many at a time take other ways than one after the other. */
const WARM_UPS: LoadShape[] = [
  { kind: 'closed', outstanding: 16 },
  { kind: 'open', rate: 100 },
]

/** One run: everything started, warmed, measured in turns, checked against the databases, and ended. */
export async function runBench(
  options: BenchOptions,
  dataDir: string,
  nodeOptions: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<{ results: Results; processes: Map<number, string> }> {
  await using started = new AsyncDisposableStack()
  say('starting PostgreSQL, the pipeline and the direct design …')
  const systems = await startSystems({ bench: options, dataDir, nodeOptions, signal, started })
  const results: Results = {
    machine: describeMachine(systems.postgres.version),
    ...{ cells: [], alone: undefined, warmUps: [], limits: {}, stored: {} },
  }
  const run = { options, systems, results, signal, say }
  const processes = systems.measured.flatMap(({ system }) =>
    Object.entries(system.processes).map(([name, pid]): [number, string] => [pid, `${system.name}-${name}`]),
  )
  if (options.parts.has('limits')) await measureLimits(run)
  await warmUp(run)
  for (let round = 1; round <= options.rounds; round++) await measureRound(run, round)
  await measureAlone(run)
  for (const { system, load } of systems.measured)
    results.stored[system.name] = await checkStored(system.databaseUrl, await load.totals())
  say('stopping …')
  return { results, processes: new Map(processes) }
}

function timesOf({ quick }: BenchOptions) {
  return quick ? QUICK : FULL
}

async function measureLimits({ systems, results, options, signal, say }: Run): Promise<void> {
  const { limitSeconds } = timesOf(options)
  const { postgres }: { postgres: PostgresServer } = systems
  const databaseUrl = await postgres.createDatabase('bench_limits')
  await postgres.checkpoint()
  Object.assign(results.limits, await measureInserts(databaseUrl, limitSeconds, signal))
  signal.throwIfAborted()
  Object.assign(results.limits, await measurePushes(limitSeconds, signal))
  for (const [name, value] of Object.entries(results.limits)) say(`${formatNumber(value)} ${name}`)
}

/**
 * Connections and conversations are made and code is compiled before anything is measured: each system by itself, as five
 * processes that share the machine with others come to less than one.
 */
async function warmUp({ systems, results, options, signal, say }: Run): Promise<void> {
  say('warming up …')
  const seconds = timesOf(options).warmUpSeconds
  const pairs = Math.max(...options.pairs)
  for (const loaded of systems.measured)
    for (const shape of WARM_UPS) {
      signal.throwIfAborted()
      const job = { shape, pairs, warmSeconds: 0, seconds }
      results.warmUps.push(await measure(loaded, systems.postgres, job))
    }
}

/** Load by load, the systems one right after the other: the machine's speed drifts. */
async function measureRound({ systems, results, options, signal, say }: Run, round: number): Promise<void> {
  const shapes: LoadShape[] = [
    ...options.outstanding.map((outstanding): LoadShape => ({ kind: 'closed', outstanding })),
    ...options.rates.map((rate): LoadShape => ({ kind: 'open', rate })),
  ]
  const { warmSeconds } = timesOf(options)
  for (const pairs of options.pairs)
    for (const shape of shapes)
      for (const loaded of systems.measured) {
        signal.throwIfAborted()
        const job = { shape, pairs, warmSeconds, seconds: options.seconds }
        const figures = await measure(loaded, systems.postgres, job)
        const { name } = loaded.system
        addRound(results.cells, { system: name, pairs, shape }, figures)
        const speed = figures.behind ? 'falls behind' : `${formatNumber(figures.messagesPerSecond)} msg/s`
        const latency = `push p50 ${formatNumber(figures['pushMs.p50'])} ms`
        say(
          `round ${round}/${options.rounds}  ${pairs} pairs  ${describeShape(shape)}  ${name}  ${speed}  ${latency}`,
        )
      }
}

/** What one message costs that has the pipeline for itself. */
async function measureAlone({ systems, results, options, signal }: Run): Promise<void> {
  const pipeline = systems.measured.find(({ system }) => system.name === 'pipeline')
  if (pipeline === undefined) return
  await sleep(QUIET_MS, signal)
  signal.throwIfAborted()
  const shape: LoadShape = {
    kind: 'alone',
    messages: timesOf(options).aloneMessages,
    pauseMs: PAUSE_MS,
  }
  const job = { shape, pairs: Math.min(...options.pairs), warmSeconds: 0, seconds: 0 }
  results.alone = await measure(pipeline, systems.postgres, job)
}
