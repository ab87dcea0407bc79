/**
 * Takes in: the environment.
 * Guarantees: on SIGINT or SIGTERM it drains in order, within ten seconds.
 * Gives out: a running gateway.
 */
import { readConfig } from '../../shared/config.ts'
import { enforceDeadline, shutdownSignal } from '../../shared/lifecycle.ts'
import { createLogger } from '../../shared/logger.ts'
import { collectProcessMetrics } from '../../shared/metrics.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

const DRAIN_DEADLINE_MS = 9_500

export async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(gatewayConfig, env)
  const logger = createLogger('gateway', config.LOG_LEVEL)
  collectProcessMetrics()
  await using gateway = await startGateway(config, logger)
  logger.info({ port: gateway.port, managementPort: gateway.managementPort }, 'gateway ready')
  logger.info({ reason: await shutdownSignal() }, 'gateway draining')
  enforceDeadline(DRAIN_DEADLINE_MS, logger)
}
