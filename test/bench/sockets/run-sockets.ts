import { sleep } from '../../../shared/lifecycle.ts'
import { recordedPids } from '../../support/stack-processes.ts'
import { describeMachine } from '../report/describe-machine.ts'
import { formatNumber } from '../report/format-table.ts'
import { checkStored } from '../systems/people.ts'
import { connectPostgres } from '../systems/postgres-server.ts'
import { startEmulators } from '../systems/start-emulators.ts'
import { type Pipeline, startPipeline } from '../systems/start-pipeline.ts'
import { type Clients, startClients } from './clients/start-clients.ts'
import type { SocketsOptions } from './options.ts'
import { addPeople } from './people.ts'
import type { GatewayMemory, SocketsResults } from './results.ts'
import { type CpuMs, readCpu, readGatewayMemory, usedCpu, type Watched } from './watch-processes.ts'

interface Run extends Watched {
  options: SocketsOptions
  pipeline: Pipeline
  connected: Clients
  signal: AbortSignal
  say(line: string): void
}

const SAMPLED_USERS = 300

/** One run: everything started, connected, left idle, pinged, pushed to, killed, caught up, checked, and ended. */
export async function runSockets(
  options: SocketsOptions,
  dataDir: string,
  nodeOptions: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<{ results: SocketsResults; processes: Map<number, string> }> {
  await using started = new AsyncDisposableStack()
  say('starting the stack …')
  const emulators = started.use(await startEmulators(nodeOptions, signal))
  const pipeline = started.use(await startPipeline(dataDir, nodeOptions, signal, emulators))
  const postgres = started.use(await connectPostgres(pipeline.databaseUrl, pipeline.postmaster))
  const pairs = await addPeople(pipeline.databaseUrl, options.sockets)
  const connected = started.use(startClients(signal))
  const run = { options, pipeline, dataDir, connected, clients: connected.pid, signal, say }

  const memory: GatewayMemory[] = []
  const remember = async (when: string) => memory.push(await readGatewayMemory(when, pipeline))
  await remember('before the first connection')
  const { target } = pipeline
  const connect = await withCpu(run, () => connected.follow({ order: 'connect', target, pairs }))
  say(`${options.sockets} sockets open after ${formatNumber(connect.seconds)} s`)
  await remember('with all open')
  const idle = await rest(run)
  await remember('after the idle time')
  const ping = await pingAll(run)
  const push = await pushToRandom(run)
  const storm = await rideStorm(run)
  const catchUp = await connected.follow({ order: 'catchUp', sampled: SAMPLED_USERS })
  const stored = await checkStored(pipeline.databaseUrl, await connected.follow({ order: 'totals' }))
  const { gateway } = await recordedPids(dataDir)
  say('stopping …')
  const results = { machine: describeMachine(postgres.version), sockets: options.sockets, connect, memory }
  return {
    results: { ...results, idle, ping, push, storm, catchUp, stored },
    processes: new Map(
      Object.entries({ ...pipeline.processes, gateway: gateway as number }).map(([name, pid]) => [pid, name]),
    ),
  }
}

async function withCpu<Result extends object>(
  run: Run,
  measured: () => Promise<Result>,
): Promise<Result & { cpuMs: CpuMs }> {
  run.signal.throwIfAborted()
  const before = await readCpu(run)
  const result = await measured()
  return { ...result, cpuMs: usedCpu(before, await readCpu(run)) }
}

function rest(run: Run) {
  const { idleSeconds: seconds } = run.options
  run.say(`idle for ${seconds} s …`)
  return withCpu(run, async () => {
    await sleep(seconds * 1_000, run.signal)
    return { seconds }
  })
}

function pingAll(run: Run) {
  const { idleSeconds: seconds } = run.options
  run.say(`a ping of each within ${seconds} s …`)
  return withCpu(run, async () => ({ seconds, ...(await run.connected.follow({ order: 'ping', seconds })) }))
}

function pushToRandom(run: Run) {
  const { rate, seconds } = run.options
  run.say(`${rate} messages per second to random ones for ${seconds} s …`)
  return withCpu(run, async () => ({
    rate,
    ...(await run.connected.follow({ order: 'push', rate, seconds })),
  }))
}

/** The supervisor starts the gateway again, as a scheduler does. */
async function rideStorm(run: Run): Promise<SocketsResults['storm']> {
  const { pipeline, options, connected, signal, say } = run
  signal.throwIfAborted()
  say('the gateway is killed …')
  const before = await readCpu(run)
  let killedAt = 0
  const result = await connected.follow({ order: 'storm', rate: options.stormRate }, () => {
    killedAt = Date.now()
    process.kill(pipeline.processes.gateway as number, 'SIGKILL')
  })
  const cpuMs = usedCpu(before, await readCpu(run), { isNew: true })
  const allBackSeconds = (result.lastBackAt - killedAt) / 1_000
  say(`all back after ${formatNumber(allBackSeconds)} s`)
  const firstBackSeconds = (result.firstBackAt - killedAt) / 1_000
  return { ...result, rate: options.stormRate, firstBackSeconds, allBackSeconds, cpuMs }
}
