import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BatchGetItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test, vi } from 'vitest'
import { startEmbeddedAws } from '../../infra/local/aws.ts'
import { provision } from '../../shared/aws/provision.ts'
import { topology } from '../../shared/aws/topology.ts'
import { EVENT_TYPES } from '../../shared/contract/events.ts'

const declared = topology('t-')
vi.setConfig({ testTimeout: 60_000 })

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

test('provisions once, and says so the second time', async () => {
  await using aws = await startEmbeddedAws()
  const clients = createClients(aws)
  expect(await provisionLines(clients)).toEqual([
    'topic t-chat-events.fifo: created',
    'queue t-chat-commands-dlq.fifo: created',
    'queue t-chat-commands.fifo: created',
    'queue t-chat-deliveries-dlq.fifo: created',
    'queue t-chat-deliveries.fifo: created',
    'subscription of t-chat-deliveries.fifo: created',
    'table t-chat_connections: created',
    'table t-chat_tickets: created',
    'table t-chat_socket_endings: created',
    'table t-chat_limits: created',
    'bucket t-growzone-chat-media: created',
  ])
  expect(outcomes(await provisionLines(clients))).toEqual(['present'])
})

test('repairs a queue setting that was changed by hand', async () => {
  await using aws = await startEmbeddedAws()
  const clients = createClients(aws)
  await provisionLines(clients)
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: declared.commandsQueue }))
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }))
  expect(await provisionLines(clients)).toContain('queue t-chat-commands.fifo: updated')
  expect(outcomes(await provisionLines(clients))).toEqual(['present'])
})

test('only events of the contract reach the queue, also after its filter was taken away', async () => {
  await using aws = await startEmbeddedAws()
  const clients = createClients(aws)
  await provisionLines(clients)
  const { Topics } = await clients.sns.send(new ListTopicsCommand())
  const TopicArn = Topics?.[0]?.TopicArn
  const { Subscriptions } = await clients.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  const { SubscriptionArn } = Subscriptions?.[0] ?? {}
  const { Attributes } = await clients.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
  expect(JSON.parse(Attributes?.FilterPolicy ?? '')).toEqual({ type: EVENT_TYPES })
  await clients.sns.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'FilterPolicy',
      AttributeValue: '{}',
    }),
  )
  expect(await provisionLines(clients)).toContain('subscription of t-chat-deliveries.fifo: updated')

  for (const type of ['co.growzone.other', ...EVENT_TYPES])
    await clients.sns.send(
      new PublishCommand({
        TopicArn,
        Message: type,
        MessageGroupId: type,
        MessageDeduplicationId: type,
        MessageAttributes: { type: { DataType: 'String', StringValue: type } },
      }),
    )
  const QueueName = declared.deliveriesQueue
  const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }))
  const received: (string | undefined)[] = []
  for (const _ of EVENT_TYPES) received.push((await receive(clients.sqs, QueueUrl))?.Body)
  expect(received.toSorted()).toEqual(EVENT_TYPES.toSorted())
})

test('a message released at once is received again, also when the queue is persistent', async () => {
  const dataDir = await temporaryFolder()
  await using aws = await startEmbeddedAws({ dataDir })
  const clients = createClients(aws)
  await provisionLines(clients)
  const QueueUrl = await send(clients.sqs, 'first')
  const ReceiptHandle = (await receive(clients.sqs, QueueUrl))?.ReceiptHandle
  await clients.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
  )
  expect((await receive(clients.sqs, QueueUrl))?.Body).toBe('first')
})

test('a conversation that is never empty does not hold up another', async () => {
  await using aws = await startEmbeddedAws()
  const { sqs, ...clients } = createClients(aws)
  await provisionLines({ sqs, ...clients })
  for (const body of ['busy 1', 'busy 2', 'busy 3']) await send(sqs, body, 'busy')
  const QueueUrl = await send(sqs, 'quiet 1', 'quiet')
  const bodies: (string | undefined)[] = []
  for (let n = 0; n < 4; n++) {
    const message = await receive(sqs, QueueUrl)
    bodies.push(message?.Body)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }))
  }
  expect(bodies).toEqual(['busy 1', 'quiet 1', 'busy 2', 'busy 3'])
})

test('messages and table rows survive a kill, and a new port', async () => {
  const dataDir = await temporaryFolder()
  const first = await forkAws(dataDir)
  const before = createClients(first)
  await provisionLines(before)
  await send(before.sqs, 'one')
  await send(before.sqs, 'two')
  const item = { userId: { N: '7' }, connections: { S: 'abc' } }
  const TableName = declared.connectionsTable.name
  await before.dynamodb.send(new PutItemCommand({ TableName, Item: item }))
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const after = createClients(await forkAws(dataDir))
  expect(outcomes(await provisionLines(after))).toEqual(['present'])
  const { QueueUrl = '' } = await after.sqs.send(
    new GetQueueUrlCommand({ QueueName: declared.commandsQueue }),
  )
  expect((await receive(after.sqs, QueueUrl))?.Body).toBe('one')
  const { Responses } = await after.dynamodb.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [{ userId: { N: '7' } }] } } }),
  )
  expect(Responses?.[TableName]).toEqual([item])
})

interface Endpoints {
  endpointUrl: string
  dynamoDbEndpointUrl: string
}

function createClients({ endpointUrl: endpoint, dynamoDbEndpointUrl }: Endpoints) {
  const common = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  return {
    sqs: new SQSClient({ ...common, endpoint }),
    sns: new SNSClient({ ...common, endpoint }),
    dynamodb: new DynamoDBClient({ ...common, endpoint: dynamoDbEndpointUrl }),
    s3: new S3Client({ ...common, endpoint, forcePathStyle: true }),
  }
}

async function provisionLines(clients: ReturnType<typeof createClients>): Promise<string[]> {
  const lines: string[] = []
  await provision(clients, declared, line => lines.push(line))
  return lines
}

function outcomes(lines: string[]): string[] {
  return [...new Set(lines.map(line => line.split(': ')[1] ?? ''))]
}

async function send(sqs: SQSClient, body: string, group = 'group'): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: declared.commandsQueue }))
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: body,
    }),
  )
  return QueueUrl
}

async function receive(sqs: SQSClient, QueueUrl: string) {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }))
  return Messages?.[0]
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-local-aws-'))
  cleanup.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function forkAws(dataDir: string) {
  const main = new URL('../../infra/local/aws-main.ts', import.meta.url)
  const child = fork(main, ['--data-dir', dataDir, '--sqs-port', '0', '--dynamodb-port', '0'], {
    execArgv: [],
  })
  cleanup.push(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
      await once(child, 'exit')
  })
  const [{ ready }] = (await once(child, 'message')) as [{ ready: Endpoints }]
  return { child, ...ready }
}
