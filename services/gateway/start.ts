import { createTokenVerifier } from '../../shared/auth.ts'
import { createDynamoDbClient, createSqsClient } from '../../shared/aws/clients.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { queueNamed, topology } from '../../shared/aws/topology.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import { httpServerLimits } from '../../shared/http-limits.ts'
import { createHoldBack } from '../../shared/limits/hold-back.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import { openLimits, startTelling } from '../../shared/limits/open-limits.ts'
import type { Logger } from '../../shared/logger.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { findSoundQueueUrl } from '../../shared/messaging/find-resources.ts'
import type { GatewayConfig } from './config.ts'
import { endSocketWith } from './end-socket.ts'
import { createHandlers } from './handlers.ts'
import { type GatewayServer, startGatewayServer } from './server.ts'
import { createSocketDirectory } from './socket-directory.ts'

/** Starts the gateway; its disposal drains sockets first, then the sender, then closes the clients. */
export async function startGateway(config: GatewayConfig, logger: Logger): Promise<GatewayServer> {
  await using starting = new AsyncDisposableStack()
  const verifyToken = createTokenVerifier(config)
  const sqs = starting.adopt(takeLeanLane(createSqsClient(), config), client => client.destroy())
  const dynamoDb = starting.adopt(takeLeanLane(createDynamoDbClient(), config), client => client.destroy())
  const names = topology(config.CHAT_RESOURCE_PREFIX)
  const queueUrl = await findSoundQueueUrl(sqs, queueNamed(names, names.commandsQueue), logger)
  const sender = starting.use(createCommandSender(sqs, queueUrl))
  const connections = createConnectionsTable(dynamoDb, {
    prefix: config.CHAT_RESOURCE_PREFIX,
    lifetimeSeconds: config.MAX_LIFETIME_SECONDS,
  })
  const { limits, tell } = openLimits(config, { dynamoDb, logger })
  starting.use(startTelling(tell))
  const sockets = createSocketDirectory()
  const server = starting.use(
    await startGatewayServer({
      host: config.HOST,
      port: config.PORT,
      managementHost: config.MANAGEMENT_HOST,
      managementPort: config.MANAGEMENT_PORT,
      handlers: createHandlers({
        verifyToken,
        sender,
        connections,
        tickets: createTicketsTable(dynamoDb, config.CHAT_RESOURCE_PREFIX),
        mediaOrigins: config.MEDIA_ORIGINS,
        maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
        endSocket: endSocketWith(sockets),
        ...{ limits, pairs: createKnownPairs(), holdBack: createHoldBack() },
        logger,
      }),
      sockets,
      limits: {
        idleTimeoutSeconds: config.IDLE_TIMEOUT_SECONDS,
        maxLifetimeSeconds: config.MAX_LIFETIME_SECONDS,
        maxFramesPerSecond: config.MAX_FRAMES_PER_SECOND,
      },
      http: httpServerLimits(config),
      logger,
    }),
  )
  const running = starting.move()
  return {
    port: server.port,
    managementPort: server.managementPort,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
