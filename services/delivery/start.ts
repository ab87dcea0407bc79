import {
  createDynamoDbClient,
  createManagementApiClient,
  createS3Client,
  createSqsClient,
} from '../../shared/aws/clients.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { deadLetterQueueOf, queueNamed, topology } from '../../shared/aws/topology.ts'
import { closeConnection } from '../../shared/connections/close-connection.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { findConnections } from '../../shared/connections/find-connections.ts'
import { createPusher } from '../../shared/connections/push.ts'
import { removeGoneConnection } from '../../shared/connections/remove-connection.ts'
import { startHealthServer } from '../../shared/health-server.ts'
import type { Logger } from '../../shared/logger.ts'
import { createSigner } from '../../shared/media/create-signer.ts'
import { startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { findQueueUrl, findSoundQueueUrl } from '../../shared/messaging/find-resources.ts'
import type { DeliveryConfig } from './config.ts'
import { createDelivery } from './deliver.ts'

export interface Delivery extends AsyncDisposable {
  port: number
}

/** Starts delivery; its disposal stops receiving, finishes what is in hand, then closes the clients. */
export async function startDelivery(config: DeliveryConfig, logger: Logger): Promise<Delivery> {
  await using starting = new AsyncDisposableStack()
  const sqs = starting.adopt(takeLeanLane(createSqsClient(), config), client => client.destroy())
  const dynamoDb = starting.adopt(takeLeanLane(createDynamoDbClient(), config), client => client.destroy())
  const managementApi = starting.adopt(takeLeanLane(createManagementApiClient(), config), client =>
    client.destroy(),
  )
  const names = topology(config.CHAT_RESOURCE_PREFIX)
  const [queueUrl, deadLetterQueueUrl] = await Promise.all([
    findSoundQueueUrl(sqs, queueNamed(names, names.deliveriesQueue), logger),
    findQueueUrl(sqs, deadLetterQueueOf(names.deliveriesQueue)),
  ])
  const signer = createSigner(config, () => starting.adopt(createS3Client(), client => client.destroy()))
  const table = createConnectionsTable(dynamoDb, { prefix: config.CHAT_RESOURCE_PREFIX })
  const health = starting.use(
    await startHealthServer({
      host: config.HEALTH_HOST,
      port: config.HEALTH_PORT,
      check: () => findConnections(table, [1]).then(isReady, isNotReady),
    }),
  )
  starting.use(
    startFifoConsumer({
      sqs,
      queueUrl,
      deadLetterQueueUrl,
      waitTimeSeconds: config.SQS_WAIT_SECONDS,
      logger,
      handle: createDelivery({
        findConnections: userIds => findConnections(table, userIds),
        removeGone: (userId, connectionId) => removeGoneConnection(table, userId, connectionId),
        push: createPusher(managementApi),
        disconnect: connectionId => closeConnection(managementApi, connectionId),
        signer,
        logger,
      }),
    }),
  )
  const running = starting.move()
  return { port: health.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const isReady = () => undefined
const isNotReady = () => 'the registry of connections cannot be read'
