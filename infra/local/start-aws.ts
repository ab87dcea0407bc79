import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Environment, needsEmbeddedAws } from './environment.ts'
import { openLog } from './log-files.ts'
import { type RunContext, spawnRecorded, startKept } from './run-context.ts'
import type { Ports } from './settings.ts'
import { createWarningFilter } from './show-warnings.ts'
import type { SpawnedPart } from './spawn-part.ts'

const AWS_MAIN = fileURLToPath(new URL('aws-main.ts', import.meta.url))
export const CLI = fileURLToPath(new URL('../cli/growzone-chat.mjs', import.meta.url))

/** Provisioned queues, topic, table and bucket: the embedded ones, or those that AWS_ENDPOINT_URL… name. */
export async function startAws(
  context: RunContext,
  ports: Ports,
  environment: Environment,
  stack: AsyncDisposableStack,
): Promise<void> {
  if (needsEmbeddedAws(context.config)) await startEmbedded(context, ports, stack)
  context.giveUp.throwIfAborted()
  await provision(context, environment)
  context.say('AWS: queues, topic, table and bucket are there')
}

async function startEmbedded(context: RunContext, ports: Ports, stack: AsyncDisposableStack): Promise<void> {
  const log = openLog(context.logDir, 'aws')
  const args = [
    ...[AWS_MAIN, '--data-dir', join(context.dataDir, 'aws')],
    ...['--sqs-port', String(ports.LOCAL_AWS_PORT), '--dynamodb-port', String(ports.LOCAL_DYNAMODB_PORT)],
  ]
  const onLine = createWarningFilter('AWS', context.say)
  const env = { PATH: context.shell.PATH, NODE_COMPILE_CACHE: getCompileCacheDir() }
  const start = async () => spawnRecorded(context, 'AWS', { args, env, log, onLine })
  const { kept } = await startKept(context, 'AWS', start, waitForMessage)
  stack.defer(() => kept.stop(context.hasten))
  context.say(
    `AWS: SQS, SNS and S3 on port ${ports.LOCAL_AWS_PORT}, DynamoDB on ${ports.LOCAL_DYNAMODB_PORT}`,
  )
}

async function waitForMessage(part: SpawnedPart): Promise<void> {
  const failure = part.exited.then(reason => {
    throw new Error(`embedded AWS did not start: ${part.lastComplaint() ?? reason}`)
  })
  await Promise.race([once(part.child, 'message'), failure])
}

/** As a process of its own, so that the AWS SDK does not stay in the supervisor's memory. */
async function provision(context: RunContext, environment: Environment): Promise<void> {
  const log = openLog(context.logDir, 'provision')
  const env = { ...context.shell, ...environment }
  const part = spawnRecorded(context, 'provision', { args: [CLI, 'provision'], env, log, onLine: () => {} })
  const stop = () => void part.stop(context.hasten)
  context.giveUp.addEventListener('abort', stop)
  const reason = await part.exited
  context.giveUp.removeEventListener('abort', stop)
  if (reason !== 'exit code 0') throw new Error(`provisioning AWS failed: ${part.lastComplaint() ?? reason}`)
}
