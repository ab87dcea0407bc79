import type { CallLimit } from './call-within.ts'
import type { TopologyClients } from './provision.ts'
import { bucketExists, findBucketDrift } from './resources/bucket.ts'
import { type Drift, siblingArn } from './resources/drift.ts'
import { findQueueDrift, readQueue } from './resources/queue.ts'
import { findSubscriptionDrift, readSubscriptionArn } from './resources/subscription.ts'
import { findTableDrift, readTable } from './resources/table.ts'
import { findTopicDrift, readTopicArn } from './resources/topic.ts'
import type { QueueDeclaration, TableDeclaration, Topology } from './topology.ts'

/** A look at one resource of the topology, which changes nothing. */
export interface Inspection {
  resource: string
  /** The name of the resource in the topology. */
  name: string
  /** Gives where it differs from its declaration, or nothing where it does not exist. */
  findDrift(limit: Pick<CallLimit, 'abortSignal'>): Promise<Drift[] | undefined>
}

/** Everything that `provision` makes, to be looked at one by one. */
export function inspectTopology(
  { sqs, sns, dynamodb, s3 }: TopologyClients,
  declared: Topology,
): Inspection[] {
  const { eventsTopic, mediaBucket, subscription } = declared
  const ofQueue = (queue: QueueDeclaration): Inspection => ({
    resource: `queue ${queue.name}`,
    name: queue.name,
    async findDrift(limit) {
      const state = await readQueue(sqs, queue.name, limit)
      const isSubscribed = queue.name === subscription.queue
      const topicArn = state && isSubscribed ? siblingArn(state.arn, 'sns', eventsTopic) : undefined
      return state && findQueueDrift(state, queue, topicArn)
    },
  })
  const ofTable = (table: TableDeclaration): Inspection => ({
    resource: `table ${table.name}`,
    name: table.name,
    async findDrift(limit) {
      const found = await readTable(dynamodb, table.name, limit)
      return found && findTableDrift(dynamodb, found, table, limit)
    },
  })
  return [
    ...declared.queues.map(ofQueue),
    {
      resource: `topic ${eventsTopic}`,
      name: eventsTopic,
      async findDrift(limit) {
        const arn = await readTopicArn(sns, eventsTopic, limit)
        return arn === undefined ? undefined : findTopicDrift(sns, arn, limit)
      },
    },
    {
      resource: `subscription of ${subscription.queue}`,
      name: subscription.queue,
      async findDrift(limit) {
        const topicArn = await readTopicArn(sns, eventsTopic, limit)
        if (topicArn === undefined) return undefined
        const ends = { topicArn, queueArn: siblingArn(topicArn, 'sqs', subscription.queue) }
        const arn = await readSubscriptionArn(sns, ends, limit)
        return arn === undefined ? undefined : findSubscriptionDrift(sns, arn, subscription, limit)
      },
    },
    ...declared.tables.map(ofTable),
    {
      resource: `bucket ${mediaBucket}`,
      name: mediaBucket,
      findDrift: async limit =>
        (await bucketExists(s3, mediaBucket, limit)) ? findBucketDrift(s3, mediaBucket, limit) : undefined,
    },
  ]
}
