import { randomUUID } from 'node:crypto'
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startEmbeddedAws } from '../../infra/local/aws.ts'
import { deliveryConfig } from '../../services/delivery/config.ts'
import { startDelivery } from '../../services/delivery/start.ts'
import { gatewayConfig } from '../../services/gateway/config.ts'
import { startGateway } from '../../services/gateway/start.ts'
import { signToken } from '../../shared/auth.ts'
import {
  createDynamoDbClient,
  createS3Client,
  createSnsClient,
  createSqsClient,
} from '../../shared/aws/clients.ts'
import { provision } from '../../shared/aws/provision.ts'
import { deadLetterQueueOf, topology } from '../../shared/aws/topology.ts'
import { readConfig } from '../../shared/config.ts'
import { addConnection } from '../../shared/connections/add-connection.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { findConnections } from '../../shared/connections/find-connections.ts'
import { chatCommand } from '../../shared/contract/commands.ts'
import { buildEvent } from '../../shared/contract/events.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { createLogger } from '../../shared/logger.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import { connectTo, waitUntil } from './gateway-harness.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const [ADA, BOB] = [1, 2]
const conversationId = conversationIdOf(ADA, BOB)
const { commandsQueue, deliveriesQueue } = topology()
const logger = createLogger('test', 'silent')
const parts = new AsyncDisposableStack()
let url: string

const sqs = () => parts.adopt(createSqsClient(), client => client.destroy())
let queues: ReturnType<typeof sqs>

/** Both services from their environment, as their processes start them. */
beforeAll(async () => {
  const aws = parts.use(await startEmbeddedAws())
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpointUrl)
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', aws.dynamoDbEndpointUrl)
  queues = sqs()
  const clients = {
    sqs: queues,
    sns: createSnsClient(),
    dynamodb: createDynamoDbClient(),
    s3: createS3Client(),
  }
  await provision(clients, topology(), () => {})
  const ports = { PORT: '0', MANAGEMENT_PORT: '0', HEALTH_PORT: '0', HOST: '127.0.0.1' }
  const settings = { JWT_SECRET, SQS_WAIT_SECONDS: '1', MEDIA_ORIGINS: 'https://media.test/' }
  const env = { ...process.env, ...ports, ...settings }
  const gateway = parts.use(await startGateway(readConfig(gatewayConfig, env), logger))
  const managementUrl = `http://127.0.0.1:${gateway.managementPort}`
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', managementUrl)
  const deliveryEnv = { ...env, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl }
  parts.use(await startDelivery(readConfig(deliveryConfig, deliveryEnv), logger))
  url = `ws://127.0.0.1:${gateway.port}`
})
afterAll(async () => {
  await parts.disposeAsync()
  vi.unstubAllEnvs()
})

const connect = async (userId: number) => connectTo(`${url}?token=${await signToken(JWT_SECRET, userId, 60)}`)

async function announce(seq: number, MessageBody = JSON.stringify(receipt(seq))) {
  await queues.send(
    new SendMessageCommand({
      QueueUrl: await findQueueUrl(queues, deliveriesQueue),
      MessageBody,
      MessageGroupId: conversationId,
      MessageDeduplicationId: randomUUID(),
    }),
  )
}

function receipt(seq: number) {
  const at = new Date().toISOString()
  const data = {
    audience: [ADA, BOB],
    conversationId,
    messageIds: [],
    seqs: [seq],
    at,
    by: BOB,
    version: seq,
  }
  return buildEvent({ id: randomUUID(), name: 'messages.read', conversationId, time: at, data })
}

test('events reach every device of both users in order, past one that nobody can read', async () => {
  const clients = [await connect(ADA), await connect(ADA), await connect(BOB)]
  await announce(1)
  await announce(0, '{"no":"event"}')
  await announce(2)
  await announce(3)
  for (const client of clients)
    for (const seq of [1, 2, 3]) expect((await client.next()).data.seqs).toEqual([seq])
  const deadLetterQueueUrl = await findQueueUrl(queues, deadLetterQueueOf(deliveriesQueue))
  await waitUntil(async () => (await countOf(deadLetterQueueUrl)) === 1)
  await waitUntil(async () => (await countOf(await findQueueUrl(queues, deliveriesQueue))) === 0)
  for (const { socket } of clients) socket.close()
})

async function countOf(QueueUrl: string): Promise<number> {
  const { Attributes } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  )
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  )
}

test('a message sent by socket is in the command queue when it is acknowledged', async () => {
  const client = await connect(ADA)
  client.send({ action: 'sendMessage', data: { recipientId: BOB, contentType: 'text', textContent: 'hi' } })
  const { data: pending } = await client.next()
  const QueueUrl = await findQueueUrl(queues, commandsQueue)
  const { Messages } = await queues.send(
    new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 }),
  )
  const [message] = Messages ?? []
  expect(chatCommand.parse(JSON.parse(message?.Body ?? ''))).toMatchObject({
    userId: ADA,
    conversationId,
    data: { id: pending.id, textContent: 'hi' },
  })
  expect(message?.MessageAttributes?.traceparent?.StringValue).toMatch(/^00-/)
  client.socket.close()
})

test('a connection that a dead gateway left behind is removed by the next push to it', async () => {
  const table = createConnectionsTable(parts.adopt(createDynamoDbClient(), client => client.destroy()))
  const connectedAt = new Date(Date.now() - 60_000)
  await addConnection(table, { userId: BOB, connectionId: 'left-behind=', connectedAt })
  await announce(4)
  await waitUntil(async () => (await findConnections(table, [BOB])).get(BOB) === undefined)
})
