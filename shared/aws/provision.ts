import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { ensureBucket } from './resources/bucket.ts'
import { describeDrift, type Ensured } from './resources/drift.ts'
import { ensureQueue } from './resources/queue.ts'
import { ensureSubscription } from './resources/subscription.ts'
import { ensureTable } from './resources/table.ts'
import { ensureTopic } from './resources/topic.ts'
import type { Topology } from './topology.ts'

export interface TopologyClients {
  sqs: SQSClient
  sns: SNSClient
  dynamodb: DynamoDBClient
  s3: S3Client
}

/**
 * Makes what the topology declares and mends settings that differ. Safe to repeat; one line per resource. What no call
 * can mend it names, does the rest, and throws at the end.
 */
export async function provision(
  { sqs, sns, dynamodb, s3 }: TopologyClients,
  declared: Topology,
  log: (line: string) => void,
): Promise<void> {
  let unmendedCount = 0
  const tell = (resource: string, { outcome, unmended }: Ensured) => {
    log(`${resource}: ${outcome}`)
    for (const drift of unmended) log(`${resource}: ${describeDrift(drift)}; ${drift.remedy}`)
    unmendedCount += unmended.length
  }
  const topic = await ensureTopic(sns, declared.eventsTopic)
  tell(`topic ${declared.eventsTopic}`, topic)
  const queueArns = new Map<string, string>()
  for (const queue of declared.queues) {
    const isSubscribed = queue.name === declared.subscription.queue
    const made = await ensureQueue(sqs, queue, topic.arn, isSubscribed ? topic.arn : undefined)
    queueArns.set(queue.name, made.arn)
    tell(`queue ${queue.name}`, made)
  }
  const queueArn = queueArns.get(declared.subscription.queue) ?? ''
  const subscribed = await ensureSubscription(sns, { topicArn: topic.arn, queueArn }, declared.subscription)
  tell(`subscription of ${declared.subscription.queue}`, subscribed)
  for (const table of declared.tables) tell(`table ${table.name}`, await ensureTable(dynamodb, table))
  tell(`bucket ${declared.mediaBucket}`, await ensureBucket(s3, declared.mediaBucket))
  if (unmendedCount > 0)
    throw new Error(`not everything could be mended; what is left is named above (${unmendedCount})`)
}
