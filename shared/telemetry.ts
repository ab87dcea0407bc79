import { startEmf } from './emf/start-emf.ts'
import type { Logger } from './logger.ts'
import { type TelemetryConfig, traceEndpointOf } from './telemetry-config.ts'

/** Starts what a process tells of itself beside its log; the disposal sends what is left of it. */
export async function startTelemetry(
  service: string,
  config: TelemetryConfig,
  logger: Logger,
): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack()
  if (config.METRICS_EMF) started.use(startEmf(service, config.CHAT_STAGE))
  const endpoint = traceEndpointOf(config)
  if (endpoint !== undefined) {
    const { exportTo, startTracing } = await import('./otel/start-tracing.ts')
    started.use(startTracing(service, config, exportTo(endpoint, config, logger)))
  }
  return started.move()
}
