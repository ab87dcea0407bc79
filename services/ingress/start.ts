import { createTokenVerifier } from '../../shared/auth.ts'
import { createDynamoDbClient, createS3Client, createSqsClient } from '../../shared/aws/clients.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { queueNamed, topology } from '../../shared/aws/topology.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import { logSchemaProblem } from '../../shared/database/check-schema.ts'
import { connectDatabase } from '../../shared/database/connect.ts'
import { httpServerLimits } from '../../shared/http-limits.ts'
import { createHoldBack } from '../../shared/limits/hold-back.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import { openLimits, startTelling } from '../../shared/limits/open-limits.ts'
import { listen } from '../../shared/listen.ts'
import type { Logger } from '../../shared/logger.ts'
import { createSigner } from '../../shared/media/create-signer.ts'
import { createMediaStore } from '../../shared/media/media-store.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { findSoundQueueUrl } from '../../shared/messaging/find-resources.ts'
import { buildApp } from './app.ts'
import type { IngressConfig } from './config.ts'
import { createConversationDirectory } from './conversation-directory.ts'
import { createImageIntake } from './image-intake.ts'
import { createOutcomeWaiter } from './outcome-waiter.ts'
import { createRecentMessages } from './recent-messages.ts'
import { createIngressServer } from './server.ts'
import { createUserDirectory } from './user-directory.ts'

export async function startIngress(config: IngressConfig, logger: Logger) {
  await using started = new AsyncDisposableStack()
  const { db } = started.use(connectDatabase(config, 'growzone-chat-ingress'))
  void logSchemaProblem(db, config.DATABASE_URL, logger)
  const sqs = takeLeanLane(createSqsClient(), config)
  started.defer(() => sqs.destroy())
  const names = topology(config.CHAT_RESOURCE_PREFIX)
  const queueUrl = await findSoundQueueUrl(sqs, queueNamed(names, names.commandsQueue), logger)
  const dynamoDb = createDynamoDbClient()
  started.defer(() => dynamoDb.destroy())
  const { limits, tell } = openLimits(config, { dynamoDb, logger })
  started.use(startTelling(tell))
  const s3 = createS3Client()
  started.defer(() => s3.destroy())
  const commands = started.use(createCommandSender(sqs, queueUrl))
  const app = buildApp({
    db,
    commands,
    outcomes: createOutcomeWaiter(db, logger),
    conversations: createConversationDirectory(db),
    users: createUserDirectory(db),
    recentMessages: createRecentMessages(),
    verifyToken: createTokenVerifier(config),
    mediaOrigins: config.MEDIA_ORIGINS,
    media: createMediaStore(s3, { bucket: names.mediaBucket, baseUrl: config.MEDIA_ORIGINS[0] as string }),
    tickets: createTicketsTable(dynamoDb, config.CHAT_RESOURCE_PREFIX),
    images: createImageIntake(),
    signer: createSigner(config, () => s3),
    uploadMaxBytes: config.UPLOAD_MAX_BYTES,
    limits,
    pairs: createKnownPairs(),
    holdBack: createHoldBack(),
    corsOrigins: config.CORS_ORIGINS,
    logger,
  })
  const { server, drain } = createIngressServer(app, httpServerLimits(config), logger)
  const port = await listen(server, { host: config.HOST, port: config.PORT })
  started.defer(drain)
  const running = started.move()
  return { port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
