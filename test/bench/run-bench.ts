import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '../../shared/lifecycle.ts'
import { measureInserts } from './limits/insert-rates.ts'
import { measurePushes } from './limits/push-rate.ts'
import type { LoadShape } from './load/load-protocol.ts'
import { measure } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { describeMachine } from './report/describe-machine.ts'
import { formatNumber } from './report/format-table.ts'
import { addRound, addStored, describeShape, type Results } from './report/results.ts'
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
const QUICK = { warmUpSeconds: 1, warmSeconds: 0.5, limitSeconds: 0.5, aloneMessages: 8 }
/** Enough for polls that a load multiplied to end; and between two messages, less than a poll's length. */
const QUIET_MS = 2_000
const PAUSE_MS = 300
/** Many at a time take other ways than one after the other. */
const WARM_UPS: LoadShape[] = [
  { kind: 'closed', outstanding: 16 },
  { kind: 'open', rate: 100 },
]

/**
 * Each round starts everything anew, warms it up, measures in turns and checks the databases: how fast a process is on this
 * machine is partly its luck, which lasts as long as it does, and only rounds with processes of their own show it.
 */
export async function runBench(
  options: BenchOptions,
  dataDir: string,
  nodeOptions: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<{ results: Results; processes: Map<number, string> }> {
  let results: Results | undefined
  const processes = new Map<number, string>()
  for (let round = 1; round <= options.rounds; round++) {
    await using started = new AsyncDisposableStack()
    const roundDir = join(dataDir, `round-${round}`)
    started.defer(() => rm(roundDir, { recursive: true, force: true }))
    say('starting PostgreSQL, the pipeline and the direct design …')
    const systems = await startSystems({ bench: options, dataDir: roundDir, nodeOptions, signal, started })
    results ??= {
      machine: describeMachine(systems.postgres.version),
      ...{ cells: [], alone: undefined, warmUps: [], limits: {}, stored: {} },
    }
    for (const { system } of systems.measured)
      for (const [name, pid] of Object.entries(system.processes)) processes.set(pid, `${system.name}-${name}`)
    const run = { options, systems, results, signal, say }
    if (round === 1 && options.parts.has('limits')) await measureLimits(run)
    await warmUp(run)
    await measureRound(run, round)
    if (round === options.rounds) await measureAlone(run)
    for (const { system, load } of systems.measured)
      addStored(results.stored, system.name, await checkStored(system.databaseUrl, await load.totals()))
    say('stopping …')
  }
  return { results: results as Results, processes }
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
