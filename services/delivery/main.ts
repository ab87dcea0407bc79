/**
 * Takes in: the environment.
 * Guarantees: on SIGINT or SIGTERM it finishes what it has received, within ten seconds.
 * Gives out: a running delivery.
 */
import { readConfig } from '../../shared/config.ts'
import { enforceDeadline, shutdownSignal } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import { collectProcessMetrics } from '../../shared/metrics.ts'
import { deliveryConfig } from './config.ts'
import { startDelivery } from './start.ts'

const DRAIN_DEADLINE_MS = 9_500

export async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(deliveryConfig, env)
  const logger = createLogger('delivery', config.LOG_LEVEL)
  collectProcessMetrics()
  await using delivery = await startDelivery(config, logger)
  logger.info({ healthPort: delivery.healthPort }, 'delivery ready')
  logger.info({ reason: await shutdownSignal() }, 'delivery draining')
  enforceDeadline(DRAIN_DEADLINE_MS, logger)
}
