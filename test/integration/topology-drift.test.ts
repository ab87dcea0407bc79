import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type TimeToLiveStatus,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { DeleteBucketCommand } from '@aws-sdk/client-s3'
import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, test } from 'vitest'
import { inspectTopology } from '../../shared/aws/inspect-topology.ts'
import { provision } from '../../shared/aws/provision.ts'
import { describeDrift, siblingArn } from '../../shared/aws/resources/drift.ts'
import { ensureQueue } from '../../shared/aws/resources/queue.ts'
import { readSubscriptionArn } from '../../shared/aws/resources/subscription.ts'
import { ensureTable } from '../../shared/aws/resources/table.ts'
import { ensureTopic } from '../../shared/aws/resources/topic.ts'
import { queueNamed, topology } from '../../shared/aws/topology.ts'
import { ConfigError } from '../../shared/config.ts'
import { createLogger } from '../../shared/logger.ts'
import { findSoundQueueUrl } from '../../shared/messaging/find-resources.ts'
import { createTestAws } from '../support/test-aws.ts'

type TestAws = Awaited<ReturnType<typeof createTestAws>>

const SILENT = createLogger('test', 'silent')
const REGION = { region: 'us-east-1' }
const PATIENCE = { abortSignal: AbortSignal.timeout(60_000) }

/** What is not as declared, in words. The embedded DynamoDB has no time to live, which is left out here. */
async function differences(aws: TestAws): Promise<string[]> {
  const found: string[] = []
  for (const { resource, findDrift } of inspectTopology(aws, aws.names)) {
    const drifts = await findDrift(PATIENCE)
    if (drifts === undefined) found.push(`${resource}: missing`)
    for (const drift of drifts ?? [])
      if (drift.setting !== 'time to live') found.push(`${resource}: ${describeDrift(drift)}`)
  }
  return found
}

async function provisionLines(aws: TestAws): Promise<string[]> {
  const lines: string[] = []
  await provision(aws, aws.names, line => lines.push(line)).catch(error => lines.push(error.message))
  return lines.filter(line => !line.endsWith(': present'))
}

async function policyOf(aws: TestAws): Promise<{ Statement: { Sid: string }[] }> {
  const { Attributes } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: aws.deliveriesQueueUrl, AttributeNames: ['Policy'] }),
  )
  return JSON.parse(Attributes?.Policy ?? '{}')
}

async function subscriptionOf(aws: TestAws): Promise<string> {
  const queueArn = siblingArn(aws.topicArn, 'sqs', aws.names.deliveriesQueue)
  return (await readSubscriptionArn(aws.sns, { topicArn: aws.topicArn, queueArn })) as string
}

test('what provision made differs in nothing', async () => {
  await using aws = await createTestAws()
  expect(await differences(aws)).toEqual([])
})

test('settings of queues changed by hand are found, and mended', async () => {
  await using aws = await createTestAws()
  await aws.sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: aws.commandsQueueUrl,
      Attributes: { VisibilityTimeout: '1', MessageRetentionPeriod: '60', RedrivePolicy: '' },
    }),
  )
  const { commandsQueue } = aws.names
  expect(await differences(aws)).toEqual([
    `queue ${commandsQueue}: VisibilityTimeout is 1, must be 10`,
    `queue ${commandsQueue}: MessageRetentionPeriod is 60, must be 345600`,
    expect.stringMatching(
      new RegExp(`^queue ${commandsQueue}: RedrivePolicy is not set, must be .*"maxReceiveCount":100`),
    ),
  ])
  expect(await provisionLines(aws)).toEqual([`queue ${commandsQueue}: updated`])
  expect(await differences(aws)).toEqual([])
})

test('a policy that does not let the topic send is found, and mended without losing what else it says', async () => {
  await using aws = await createTestAws()
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'OnlyTls', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*', Condition: {} },
    ],
  })
  await aws.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: aws.deliveriesQueueUrl, Attributes: { Policy } }),
  )
  expect(await differences(aws)).toEqual([
    expect.stringMatching(/^queue .*deliveries\.fifo: Policy is .*, must be one that lets arn:.* send$/),
  ])
  await provisionLines(aws)
  expect(await differences(aws)).toEqual([])
  expect((await policyOf(aws)).Statement.map(({ Sid }) => Sid)).toEqual(['OnlyTls', 'AllowTopicToSend'])
})

test('a subscription that wraps or filters events is found, and mended', async () => {
  await using aws = await createTestAws()
  const SubscriptionArn = await subscriptionOf(aws)
  for (const [AttributeName, AttributeValue] of [
    ['RawMessageDelivery', 'false'],
    ['FilterPolicy', '{"type":["message.created"]}'],
  ]) {
    await aws.sns.send(
      new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }),
    )
  }
  const resource = `subscription of ${aws.names.deliveriesQueue}`
  expect(await differences(aws)).toEqual([
    `${resource}: RawMessageDelivery is false, must be true`,
    expect.stringContaining(
      `${resource}: FilterPolicy is {"type":["message.created"]}, must be {"type":["co.growzone.chat.message.created",`,
    ),
  ])
  expect(await provisionLines(aws)).toEqual([`${resource}: updated`])
  expect(await differences(aws)).toEqual([])
  const { Attributes } = await aws.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
  expect(Attributes?.RawMessageDelivery).toBe('true')
})

test('what is gone is found, and made again', async () => {
  await using aws = await createTestAws()
  const { commandsQueue, deliveriesQueue, connectionsTable, mediaBucket } = aws.names
  await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: aws.commandsQueueUrl }))
  await aws.sns.send(new UnsubscribeCommand({ SubscriptionArn: await subscriptionOf(aws) }))
  await aws.dynamodb.send(new DeleteTableCommand({ TableName: connectionsTable.name }))
  await aws.s3.send(new DeleteBucketCommand({ Bucket: mediaBucket }))
  const gone = [
    `queue ${commandsQueue}`,
    `subscription of ${deliveriesQueue}`,
    `table ${connectionsTable.name}`,
    `bucket ${mediaBucket}`,
  ]
  await expect.poll(() => differences(aws)).toEqual(gone.map(resource => `${resource}: missing`))
  expect(await provisionLines(aws)).toEqual(gone.map(resource => `${resource}: created`))
  expect(await differences(aws)).toEqual([])
})

test('a table with another key cannot be mended: provision does the rest, names it and fails', async () => {
  await using aws = await createTestAws()
  const TableName = aws.names.connectionsTable.name
  await aws.dynamodb.send(new DeleteTableCommand({ TableName }))
  await expect.poll(() => differences(aws)).toEqual([`table ${TableName}: missing`])
  await aws.dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'connectionId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'connectionId', KeyType: 'HASH' }],
    }),
  )
  const drift = `table ${TableName}: key is connectionId (S), must be userId (N)`
  await expect.poll(() => differences(aws)).toEqual([drift])
  await aws.s3.send(new DeleteBucketCommand({ Bucket: aws.names.mediaBucket }))
  expect(await provisionLines(aws)).toEqual([
    expect.stringContaining(`${drift}; the key of a table is for ever`),
    `bucket ${aws.names.mediaBucket}: created`,
    'not everything could be mended; what is left is named above (1)',
  ])
})

test('a time to live that is off or on another attribute is found; the latter cannot be mended', async () => {
  const dynamodbClient = new DynamoDBClient(REGION)
  const dynamodb = mockClient(dynamodbClient)
  const describe = (TimeToLiveStatus: TimeToLiveStatus, AttributeName?: string) =>
    dynamodb.on(DescribeTimeToLiveCommand).resolves({
      TimeToLiveDescription: { TimeToLiveStatus, ...(AttributeName && { AttributeName }) },
    })
  const Table = {
    TableStatus: 'ACTIVE' as const,
    KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' as const }],
    AttributeDefinitions: [{ AttributeName: 'userId', AttributeType: 'N' as const }],
  }
  dynamodb.on(DescribeTableCommand).resolves({ Table })
  const ensure = () => ensureTable(dynamodbClient, topology().connectionsTable)
  describe('DISABLED')
  expect(await ensure()).toEqual({ outcome: 'updated', unmended: [] })
  expect(dynamodb.commandCalls(UpdateTimeToLiveCommand)).toHaveLength(1)
  describe('ENABLED', 'expiresAt')
  expect(await ensure()).toEqual({ outcome: 'present', unmended: [] })
  describe('ENABLED', 'endsAt')
  const { outcome, unmended } = await ensure()
  expect([outcome, unmended.map(describeDrift)]).toEqual([
    'present',
    ['time to live is endsAt, must be expiresAt'],
  ])
  expect(dynamodb.commandCalls(UpdateTimeToLiveCommand)).toHaveLength(1)
})

test('a queue or topic that is not FIFO cannot be mended, and nothing is tried on it', async () => {
  // The emulator, as AWS, makes no standard queue under a name that ends in .fifo.
  const sqsClient = new SQSClient(REGION)
  const sqs = mockClient(sqsClient)
  const arn = 'arn:aws:sqs:us-east-1:1:chat-commands-dlq.fifo'
  sqs.onAnyCommand().resolves({ QueueUrl: 'http://queue', Attributes: { QueueArn: arn } })
  const declared = queueNamed(topology(), 'chat-commands-dlq.fifo')
  const { unmended } = await ensureQueue(sqsClient, declared, arn)
  expect(unmended.map(describeDrift)).toEqual(['FifoQueue is not set, must be true'])
  expect(sqs.commandCalls(CreateQueueCommand)).toHaveLength(0)
  const [changed] = sqs.commandCalls(SetQueueAttributesCommand)
  expect(changed?.args[0].input.Attributes).not.toHaveProperty('FifoQueue')

  const snsClient = new SNSClient(REGION)
  const sns = mockClient(snsClient)
  const TopicArn = 'arn:aws:sns:us-east-1:1:chat-events.fifo'
  sns.onAnyCommand().resolves({ Topics: [{ TopicArn }], Attributes: { FifoTopic: 'false' } })
  const topic = await ensureTopic(snsClient, 'chat-events.fifo')
  expect([topic.outcome, topic.unmended.map(describeDrift)]).toEqual([
    'present',
    ['FifoTopic is false, must be true'],
  ])
})

test('a service does not start on a queue without a dead-letter queue, and says how to mend it', async () => {
  await using aws = await createTestAws()
  const declared = queueNamed(aws.names, aws.names.commandsQueue)
  const find = () => findSoundQueueUrl(aws.sqs, declared, SILENT)
  expect(await find()).toBe(aws.commandsQueueUrl)
  const setAttributes = (Attributes: Record<string, string>) =>
    aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: aws.commandsQueueUrl, Attributes }))
  await setAttributes({ VisibilityTimeout: '60' })
  expect(await find()).toBe(aws.commandsQueueUrl)
  await setAttributes({ RedrivePolicy: '' })
  await expect(find()).rejects.toThrow(ConfigError)
  await expect(find()).rejects.toThrow(
    /^queue .*chat-commands\.fifo: RedrivePolicy is not set, must be .*; run `growzone-chat provision`$/,
  )
})
