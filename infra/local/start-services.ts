import type { Environment, ServiceName } from './environment.ts'
import type { Kept } from './keep-running.ts'
import { openLog } from './log-files.ts'
import { type RunContext, spawnRecorded, startKept } from './run-context.ts'
import { settleAll } from './settle-all.ts'
import { createWarningFilter } from './show-warnings.ts'
import { CLI } from './start-aws.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export interface ServiceStart {
  name: ServiceName
  environment: Environment
  readyUrl: string
}

/** Starts the services, each by its own CLI command, and waits until all are ready. */
export async function startServices(
  context: RunContext,
  starts: ServiceStart[],
  stack: AsyncDisposableStack,
): Promise<void> {
  const kept = new Map<ServiceName, Kept>()
  const stop = (...names: ServiceName[]) =>
    settleAll(names.map(async name => kept.get(name)?.stop(context.hasten)))
  // Stopped from the last to the first: intake, then storing, then pushing.
  stack.defer(async () => void (await stop('delivery')))
  stack.defer(async () => void (await stop('persister')))
  stack.defer(async () => void (await stop('ingress', 'gateway')))
  await settleAll(starts.map(async start => kept.set(start.name, await startService(context, start))))
}

async function startService(context: RunContext, { name, environment, readyUrl }: ServiceStart) {
  const log = openLog(context.logDir, name)
  const onLine = createWarningFilter(name, context.say)
  const env = { ...context.shell, ...environment }
  const start = async () => spawnRecorded(context, name, { args: [CLI, name], env, log, onLine })
  const { kept } = await startKept(context, name, start, part =>
    waitUntilReady(part, name, readyUrl, context.giveUp),
  )
  context.say(`${name}: ready`)
  return kept
}
