/**
 * Takes in: commands from `chat-commands.fifo`.
 * Guarantees: it alone writes the chat tables; stored before announced, announced before deleted.
 * Gives out: events on `chat-events.fifo`.
 */
import { sql } from 'kysely'
import { createS3Client, createSnsClient, createSqsClient } from '../../shared/aws/clients.ts'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { deadLetterQueueOf, queueNamed, topology } from '../../shared/aws/topology.ts'
import { logSchemaProblem } from '../../shared/database/check-schema.ts'
import { connectDatabase } from '../../shared/database/connect.ts'
import { deleteOldCommandOutcomes } from '../../shared/database/queries/command-outcomes.ts'
import { startHealthServer } from '../../shared/health-server.ts'
import type { Logger } from '../../shared/logger.ts'
import { createMediaKeeper } from '../../shared/media/keep-media.ts'
import { createEventPublisher } from '../../shared/messaging/event-publisher.ts'
import { startFifoConsumer } from '../../shared/messaging/fifo-consumer.ts'
import { findQueueUrl, findSoundQueueUrl, findTopicArn } from '../../shared/messaging/find-resources.ts'
import { createAnnouncer } from './announce.ts'
import type { PersisterConfig } from './config.ts'
import { createGroupCommitter } from './group-committer.ts'
import { createCommandHandler } from './handle-commands.ts'
import { keepUsedMedia } from './keep-used-media.ts'
import { recordOutcome, storeCommands } from './store-commands.ts'

/** When database or topic are away during a drain, what waits for them is given back to the queue after this time. */
const PATIENCE_AT_DRAIN_MS = 6_000
const CLEANING_INTERVAL_MS = 60_000

export async function startPersister(config: PersisterConfig, logger: Logger) {
  await using started = new AsyncDisposableStack()
  const { db } = started.use(connectDatabase(config, 'growzone-chat-persister', { keepPlans: true }))
  void logSchemaProblem(db, config.DATABASE_URL, logger)
  const sqs = takeLeanLane(createSqsClient(), config)
  const sns = takeLeanLane(createSnsClient(), config)
  const s3 = createS3Client()
  started.defer(() => {
    sqs.destroy()
    sns.destroy()
    s3.destroy()
  })
  const names = topology(config.CHAT_RESOURCE_PREFIX)
  const [queueUrl, deadLetterQueueUrl, topicArn] = await Promise.all([
    findSoundQueueUrl(sqs, queueNamed(names, names.commandsQueue), logger),
    findQueueUrl(sqs, deadLetterQueueOf(names.commandsQueue)),
    findTopicArn(sns, names.eventsTopic),
  ])
  const publisher = started.use(createEventPublisher(sns, topicArn))
  const patience = new AbortController()
  const committer = createGroupCommitter(
    works => storeCommands(db, works),
    logger,
    patience.signal,
    (work, result) => recordOutcome(db, work, result),
  )
  const cleaning = setInterval(() => void deleteOldCommandOutcomes(db).catch(() => {}), CLEANING_INTERVAL_MS)
  started.defer(() => clearInterval(cleaning))
  const health = started.use(
    await startHealthServer({
      host: config.HEALTH_HOST,
      port: config.HEALTH_PORT,
      check: async () => {
        await sql`SELECT 1`.execute(db)
        return undefined
      },
    }),
  )
  const announce = createAnnouncer(publisher, logger, patience.signal)
  const keepMedia = createMediaKeeper(s3, { bucket: names.mediaBucket, origins: config.MEDIA_ORIGINS })
  started.use(
    startFifoConsumer({
      sqs,
      queueUrl,
      deadLetterQueueUrl,
      handle: createCommandHandler(
        committer,
        keepUsedMedia(announce, keepMedia, logger, patience.signal),
        logger,
      ),
      logger,
      waitTimeSeconds: config.SQS_WAIT_SECONDS,
    }),
  )
  started.defer(() => {
    setTimeout(() => patience.abort(), PATIENCE_AT_DRAIN_MS).unref()
  })
  const running = started.move()
  return { port: health.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
