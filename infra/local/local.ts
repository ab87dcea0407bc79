import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { readConfig } from '../../shared/config.ts'
import { reachableHost } from './addresses.ts'
import { announce } from './announce.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { choosePorts } from './choose-ports.ts'
import { startDemo } from './demo/start-demo.ts'
import {
  awsEnvironment,
  commonEnvironment,
  type DatabaseUrls,
  type ServiceName,
  serviceEnvironments,
} from './environment.ts'
import { openProcessRecord } from './leftovers.ts'
import { removeLocalEnv } from './local-env-file.ts'
import { stopOrphan } from './postgres-cluster.ts'
import type { RunContext } from './run-context.ts'
import { localConfig, type Ports } from './settings.ts'
import { settleAll } from './settle-all.ts'
import { startAws } from './start-aws.ts'
import { postgresDir, startDatabase } from './start-database.ts'
import { startServices } from './start-services.ts'
import { lockDataDir } from './supervisor-lock.ts'
import { watchSignals } from './watch-signals.ts'

/**
 * Takes in: settings. Guarantees: one whole stack on one data folder, kept running until asked to stop, then no
 * process left. Gives out: addresses, tokens and `local.env`.
 */
export async function runLocal(shell: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(localConfig, shell)
  const dataDir = resolve(config.LOCAL_DATA_DIR)
  using _lock = lockDataDir(dataDir)
  const { stop, hasten } = watchSignals()
  const failed = new AbortController()
  const context: RunContext = {
    ...{ config, shell, dataDir, hasten },
    logDir: join(dataDir, 'logs'),
    record: openProcessRecord(dataDir),
    say: createSay(),
    giveUp: AbortSignal.any([stop, failed.signal]),
  }
  await using stack = new AsyncDisposableStack()
  try {
    await startStack(context, stack, error => failed.abort(error))
  } catch (error) {
    if (!stop.aborted) throw error
  }
  if (!stop.aborted) await once(stop, 'abort')
  context.say('stopping …')
  await stack.disposeAsync()
  context.say('stopped')
}

/** Output is lost, and nothing else, when the terminal goes away. */
function createSay(): (line: string) => void {
  process.stdout.on('error', () => {})
  return line => process.stdout.write(`${line}\n`)
}

async function startStack(
  context: RunContext,
  stack: AsyncDisposableStack,
  fail: (error: unknown) => void,
): Promise<void> {
  const { config, dataDir } = context
  context.say(`starting in ${dataDir} …`)
  removeLocalEnv(dataDir)
  await endEarlierRun(context)
  await checkEndpoints(config)
  const ports = await choosePorts(config)
  const aws = awsEnvironment(config, ports, context.shell)
  const common = commonEnvironment(config, aws, context.shell)
  const together = <T>(tasks: Promise<T>[]) => {
    for (const task of tasks) task.catch(fail)
    return settleAll(tasks)
  }

  let database: DatabaseUrls | undefined
  const databaseStarted = startDatabase(context, ports, stack).then(urls => {
    database = urls
  })
  const demoStarted = config.LOCAL_DEMO === 'on' ? [startDemo(context, ports, stack)] : []
  await together([databaseStarted, startAws(context, ports, common, stack), ...demoStarted])
  if (database === undefined) return
  const own = serviceEnvironments(config, ports, database)
  const starts = Object.entries(readyPorts(ports)).map(([name, port]) => ({
    name: name as ServiceName,
    environment: { ...common, ...own[name as ServiceName] },
    readyUrl: `http://${name === 'ingress' ? reachableHost(config) : '127.0.0.1'}:${port}/health/ready`,
  }))
  await together([startServices(context, starts, stack)])
  await announce(context, ports, database, common)
}

async function endEarlierRun({ record, dataDir, say }: RunContext): Promise<void> {
  const ended = await record.endLeftovers()
  const server = await stopOrphan(postgresDir(dataDir))
  if (server !== undefined) ended.push('PostgreSQL')
  if (ended.length > 0) say(`ended what an earlier run left: ${ended.join(', ')}`)
}

function readyPorts(ports: Ports): Record<ServiceName, number> {
  return {
    ingress: ports.LOCAL_INGRESS_PORT,
    gateway: ports.LOCAL_MANAGEMENT_PORT,
    persister: ports.LOCAL_PERSISTER_HEALTH_PORT,
    delivery: ports.LOCAL_DELIVERY_HEALTH_PORT,
  }
}
