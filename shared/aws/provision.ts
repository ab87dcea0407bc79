import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  paginateListSubscriptionsByTopic,
  paginateListTopics,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { isSameSetting } from './same-setting.ts'
import {
  type QueueDeclaration,
  queueAttributes,
  subscriptionAttributes,
  TOPIC_ATTRIBUTES,
  type Topology,
} from './topology.ts'

export interface ProvisioningClients {
  sqs: SQSClient
  sns: SNSClient
  dynamodb: DynamoDBClient
  s3: S3Client
}

type Outcome = 'created' | 'updated' | 'present'

/** Makes what the topology declares and repairs settings that differ. Safe to repeat; one line per resource. */
export async function provision(
  { sqs, sns, dynamodb, s3 }: ProvisioningClients,
  declared: Topology,
  log: (line: string) => void,
): Promise<void> {
  const tell = (what: string, outcome: Outcome) => log(`${what}: ${outcome}`)
  const topic = await ensureTopic(sns, declared.eventsTopic)
  tell(`topic ${declared.eventsTopic}`, topic.outcome)

  const queueArns = new Map<string, string>()
  for (const queue of declared.queues) {
    const attributes = queueAttributes(queue, queueArns.get(queue.deadLetter?.queue ?? ''))
    if (queue.name === declared.subscription.queue)
      attributes.Policy = policyForTopic(topic.arn, siblingArn(topic.arn, queue.name))
    const { arn, outcome } = await ensureQueue(sqs, queue, attributes)
    queueArns.set(queue.name, arn)
    tell(`queue ${queue.name}`, outcome)
  }

  const subscribedArn = queueArns.get(declared.subscription.queue) ?? ''
  const wanted = subscriptionAttributes(declared.subscription)
  const subscribed = await ensureSubscription(sns, topic.arn, subscribedArn, wanted)
  tell(`subscription of ${declared.subscription.queue}`, subscribed)
  tell(`table ${declared.connectionsTable.name}`, await ensureTable(dynamodb, declared.connectionsTable))
  tell(`bucket ${declared.mediaBucket}`, await ensureBucket(s3, declared.mediaBucket))
}

async function ensureQueue(
  sqs: SQSClient,
  { name }: QueueDeclaration,
  wanted: Record<string, string>,
): Promise<{ arn: string; outcome: Outcome }> {
  const { url, made } = await findOrCreateQueue(sqs, name, wanted)
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }))
  const current: Record<string, string> = answer.Attributes ?? {}
  const arn = current.QueueArn ?? ''
  const differing = Object.entries(wanted).filter(([key, value]) => !isSameSetting(current[key], value))
  if (differing.length === 0) return { arn, outcome: made ? 'created' : 'present' }
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: Object.fromEntries(differing) }))
  return { arn, outcome: made ? 'created' : 'updated' }
}

async function findOrCreateQueue(sqs: SQSClient, name: string, attributes: Record<string, string>) {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
    return { url: QueueUrl, made: false }
  } catch (error) {
    if (!isNamed(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')) throw error
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
    return { url: QueueUrl, made: true }
  }
}

/** The ARN of a queue beside the topic, needed for its policy before the queue is there. */
function siblingArn(topicArn: string, queue: string): string {
  const [arn, partition, , region, account] = topicArn.split(':')
  return [arn, partition, 'sqs', region, account, queue].join(':')
}

function policyForTopic(topicArn: string, queueArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AllowTopicToSend',
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  })
}

async function ensureTopic(sns: SNSClient, name: string): Promise<{ arn: string; outcome: Outcome }> {
  const found = await findTopic(sns, name)
  if (found === undefined) return { arn: await createTopic(sns, name), outcome: 'created' }
  const { Attributes: current = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: found }))
  // An emulator that does not know a setting does not report it; AWS reports both.
  const differing = Object.entries(TOPIC_ATTRIBUTES).filter(
    ([key, value]) => current[key] !== undefined && current[key] !== value,
  )
  for (const [AttributeName, AttributeValue] of differing)
    await sns.send(new SetTopicAttributesCommand({ TopicArn: found, AttributeName, AttributeValue }))
  return { arn: found, outcome: differing.length > 0 ? 'updated' : 'present' }
}

async function findTopic(sns: SNSClient, name: string): Promise<string | undefined> {
  for await (const page of paginateListTopics({ client: sns }, {}))
    for (const { TopicArn } of page.Topics ?? []) if (TopicArn?.endsWith(`:${name}`)) return TopicArn
  return undefined
}

async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const create = async (settings: Record<string, string>) => {
    const command = new CreateTopicCommand({ Name: name, Attributes: { FifoTopic: 'true', ...settings } })
    return (await sns.send(command)).TopicArn ?? ''
  }
  const { FifoThroughputScope: _, ...settingsOfOldEmulators } = TOPIC_ATTRIBUTES
  return create(TOPIC_ATTRIBUTES).catch(error => {
    if (!isNamed(error, 'InvalidParameter', 'InvalidParameterException')) throw error
    return create(settingsOfOldEmulators)
  })
}

async function ensureSubscription(
  sns: SNSClient,
  topicArn: string,
  queueArn: string,
  wanted: Record<string, string>,
): Promise<Outcome> {
  for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: topicArn })) {
    const found = page.Subscriptions?.find(subscription => subscription.Endpoint === queueArn)
    if (found === undefined) continue
    const SubscriptionArn = found.SubscriptionArn
    const { Attributes: current } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
    const differing = Object.entries(wanted).filter(([key, value]) => !isSameSetting(current?.[key], value))
    for (const [AttributeName, AttributeValue] of differing)
      await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }))
    return differing.length > 0 ? 'updated' : 'present'
  }
  await sns.send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes: wanted }),
  )
  return 'created'
}

async function ensureTable(
  dynamodb: DynamoDBClient,
  { name, partitionKey, timeToLiveAttribute }: Topology['connectionsTable'],
): Promise<Outcome> {
  const made = await createTableIfMissing(dynamodb, name, partitionKey)
  await waitUntilTableExists(
    { client: dynamodb, maxWaitTime: 60, minDelay: 1, maxDelay: 4 },
    { TableName: name },
  )
  const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name }))
  const isExpiring = TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL')
  const hasTimeToLive = isExpiring || (await enableTimeToLive(dynamodb, name, timeToLiveAttribute))
  if (made) return 'created'
  return isExpiring || !hasTimeToLive ? 'present' : 'updated'
}

async function createTableIfMissing(
  dynamodb: DynamoDBClient,
  name: string,
  key: Topology['connectionsTable']['partitionKey'],
): Promise<boolean> {
  try {
    await dynamodb.send(new DescribeTableCommand({ TableName: name }))
    return false
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error
    await dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: key.name, AttributeType: key.type }],
        KeySchema: [{ AttributeName: key.name, KeyType: 'HASH' }],
      }),
    )
    return true
  }
}

/** False where the emulator has no time to live (dynalite): readers look at `expiresAt` themselves. */
async function enableTimeToLive(dynamodb: DynamoDBClient, TableName: string, AttributeName: string) {
  const TimeToLiveSpecification = { Enabled: true, AttributeName }
  try {
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
    return true
  } catch (error) {
    if (isNamed(error, 'UnknownOperationException')) return false
    throw error
  }
}

async function ensureBucket(s3: S3Client, Bucket: string): Promise<Outcome> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }))
    return 'present'
  } catch (error) {
    if (!isNamed(error, 'NotFound', 'NoSuchBucket')) throw error
  }
  const region = (await s3.config.region()) as BucketLocationConstraint
  // us-east-1 is the one region that must not be named.
  const isNamedRegion = (region as string) !== 'us-east-1'
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(isNamedRegion && { CreateBucketConfiguration: { LocationConstraint: region } }),
    }),
  )
  return 'created'
}

function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name)
}
