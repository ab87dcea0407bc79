/**
 * Takes in: the topology's queues, topic and subscription, and the key.
 * Guarantees: every attribute is the declared one; nothing is sent or received without TLS; only the topic and
 * who has the right may send.
 * Gives out: the queues by name, and the topic.
 */
import { Duration, type Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { deadLetterQueueOf, type QueueDeclaration, type Topology } from '../../shared/aws/topology.ts'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

export interface QueuePair {
  queue: sqs.Queue
  deadLetters: sqs.Queue
}

export interface Messaging {
  commands: QueuePair
  deliveries: QueuePair
  topic: sns.Topic
  subscription: sns.Subscription
}

/** How long SQS uses a data key before it asks KMS again. */
const DATA_KEY_REUSE = Duration.hours(1)

export function addMessaging(
  stack: Stack,
  { stage, declared, key }: { stage: Stage; declared: Topology; key: kms.Key },
): Messaging {
  const scope = new Construct(stack, 'Messaging')
  const queues = new Map<string, sqs.Queue>()
  for (const declaration of declared.queues)
    queues.set(declaration.name, addQueue(scope, declaration, { stage, key, queues }))
  const find = (name: string) => queues.get(name) as sqs.Queue
  const pairOf = (name: string) => ({ queue: find(name), deadLetters: find(deadLetterQueueOf(name)) })

  const topic = new sns.Topic(scope, 'Events', {
    topicName: declared.eventsTopic,
    fifo: true,
    contentBasedDeduplication: false,
    fifoThroughputScope: sns.FifoThroughputScope.MESSAGE_GROUP,
    masterKey: key,
    enforceSSL: true,
  })
  topic.applyRemovalPolicy(removalOf(stage))
  return {
    commands: pairOf(declared.commandsQueue),
    deliveries: pairOf(declared.deliveriesQueue),
    topic,
    subscription: subscribe(scope, topic, find(declared.subscription.queue), declared.subscription),
  }
}

function addQueue(
  scope: Construct,
  { name, visibilityTimeoutSeconds, retentionSeconds, deadLetter }: QueueDeclaration,
  { stage, key, queues }: { stage: Stage; key: kms.Key; queues: Map<string, sqs.Queue> },
): sqs.Queue {
  return new sqs.Queue(scope, idOf(name, stage.prefix), {
    queueName: name,
    fifo: true,
    contentBasedDeduplication: false,
    deduplicationScope: sqs.DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    visibilityTimeout: Duration.seconds(visibilityTimeoutSeconds),
    retentionPeriod: Duration.seconds(retentionSeconds),
    ...(deadLetter && {
      deadLetterQueue: {
        queue: queues.get(deadLetter.queue) as sqs.Queue,
        maxReceiveCount: deadLetter.maxReceiveCount,
      },
    }),
    encryption: sqs.QueueEncryption.KMS,
    encryptionMasterKey: key,
    dataKeyReuse: DATA_KEY_REUSE,
    enforceSSL: true,
    removalPolicy: removalOf(stage),
  })
}

/** `dev-chat-commands-dlq.fifo` → `CommandsDlq`. */
function idOf(name: string, prefix: string): string {
  const words = name
    .slice(prefix.length)
    .replace(/^chat-|\.fifo$/g, '')
    .split('-')
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function subscribe(
  scope: Construct,
  topic: sns.Topic,
  queue: sqs.Queue,
  { rawMessageDelivery, filterPolicy }: Topology['subscription'],
): sns.Subscription {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AllowTopicToSend',
      principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
    }),
  )
  return new sns.Subscription(scope, 'EventsToDeliveries', {
    topic,
    protocol: sns.SubscriptionProtocol.SQS,
    endpoint: queue.queueArn,
    rawMessageDelivery,
    filterPolicy: Object.fromEntries(
      Object.entries(filterPolicy).map(([attribute, allowlist]) => [
        attribute,
        sns.SubscriptionFilter.stringFilter({ allowlist }),
      ]),
    ),
  })
}
