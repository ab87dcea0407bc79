import type * as z from 'zod'
import { readConfig } from './config.ts'
import { enforceDeadline, shutdownSignal } from './lifecycle.ts'
import { createLogger, type Logger } from './logger.ts'
import { collectProcessMetrics } from './metrics.ts'
import { startTelemetry } from './telemetry.ts'
import type { TelemetryConfig } from './telemetry-config.ts'

/** Below the ten seconds that a container is given after SIGTERM where nothing else is said. */
const DRAIN_DEADLINE_MS = 9_500

/**
 * A service from start to end: reads its settings, starts, runs until a signal, then disposes of what `start` gave,
 * which drains it in order. What is not through at the deadline comes again from its queue.
 */
export async function runService<
  Schema extends z.ZodType<TelemetryConfig & { LOG_LEVEL: string }> & z.ZodObject,
>(
  service: {
    name: string
    config: Schema
    start: (config: z.infer<Schema>, logger: Logger) => Promise<AsyncDisposable & { port: number }>
  },
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const config = readConfig(service.config, env)
  const logger = createLogger(service.name, config.LOG_LEVEL)
  collectProcessMetrics()
  await using _telemetry = await startTelemetry(service.name, config, logger)
  await using running = await service.start(config, logger)
  logger.info({ port: running.port }, 'started')
  const reason = await shutdownSignal()
  logger.info({ reason }, 'draining')
  enforceDeadline(DRAIN_DEADLINE_MS, logger)
}
