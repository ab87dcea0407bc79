import { join } from 'node:path'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { topology } from '../../../shared/aws/topology.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { findQueueUrl } from '../../../shared/messaging/find-resources.ts'
import { postgresPids, signal } from '../../support/stack-processes.ts'
import type { LoadResult } from '../load/load-protocol.ts'
import { startLoad } from '../load/start-load.ts'
import { addUsers, checkStored, choosePairs, type StoredFaults } from '../systems/people.ts'
import { startPipeline } from '../systems/start-pipeline.ts'
import { type Watched, watch } from './watch-outage.ts'

const PAIRS = 50
const BEFORE_SECONDS = 5
const AFTER_SECONDS = 20
const CAUGHT_UP_WITHIN_MS = 120_000
/** As many as a loaded system has under way at any time. */
const FEW = 50

export interface Outage {
  load: LoadResult
  stored: StoredFaults
  watched: Watched
  /** In the queue when PostgreSQL came back. */
  backlog: number
  /** From its return until the queues are as short as before, s. */
  caughtUpSeconds: number
}

/** Freezes PostgreSQL in the middle of a steady load: connections stay open and nothing is answered. */
export async function runOutage(
  options: { seconds: number; rate: number },
  folder: string,
  interrupted: AbortSignal,
  say: (line: string) => void,
): Promise<Outage> {
  const dataDir = join(folder, 'data')
  await using pipeline = await startPipeline(dataDir, '', interrupted)
  const pairs = choosePairs(PAIRS)
  await addUsers(pipeline.databaseUrl, pairs)
  await using load = await startLoad({ target: pipeline.target, pairs, signal: interrupted })
  const watching = await watch(pipeline.target, pairs[0]?.senderId as number, pipeline.processes)
  const loading = load.run({
    shape: { kind: 'open', rate: options.rate, patient: true },
    pairs: PAIRS,
    warmSeconds: 0,
    seconds: BEFORE_SECONDS + options.seconds + AFTER_SECONDS,
  })
  loading.catch(() => {})
  await sleep(BEFORE_SECONDS * 1000, interrupted)
  const pids = await postgresPids(dataDir)
  signal(pids, 'SIGSTOP')
  say(`PostgreSQL stands still for ${options.seconds} s under ${options.rate} messages/s`)
  await sleep(options.seconds * 1000, interrupted)
  signal(pids, 'SIGCONT')
  const countWaiting = await openQueues(pipeline.awsEndpointUrl)
  const backlog = await countWaiting()
  const backAt = performance.now()
  while ((await countWaiting()) > FEW && performance.now() - backAt < CAUGHT_UP_WITHIN_MS)
    await sleep(100, interrupted)
  const caughtUpSeconds = (performance.now() - backAt) / 1000
  const result = await loading
  return {
    load: result,
    stored: await checkStored(pipeline.databaseUrl, await load.totals()),
    watched: await watching.stop(),
    backlog,
    caughtUpSeconds,
  }
}

/** Gives a count of what waits in both queues or is in hand. */
async function openQueues(endpoint: string): Promise<() => Promise<number>> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials })
  const { commandsQueue, deliveriesQueue } = topology('')
  const urls = await Promise.all([commandsQueue, deliveriesQueue].map(name => findQueueUrl(sqs, name)))
  const count = async (QueueUrl: string) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    )
    return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0)
  }
  return async () => (await Promise.all(urls.map(count))).reduce((sum, n) => sum + n, 0)
}
