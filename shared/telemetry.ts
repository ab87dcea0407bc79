import { createEmfReporter } from './emf/emf-reporter.ts'
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
  const tracing = await startTraces(service, config, logger)
  if (tracing !== undefined) started.use(tracing)
  return started.move()
}

/** A collector that did not answer in time is not waited for again so soon. */
const PATIENCE_MS = 60_000

/**
 * The same for AWS Lambda, which may stop a process for good as soon as it has answered: gives what is to be called
 * before each answer. It writes a line of metrics where something was counted, and waits for the collector where spans
 * were recorded, as far as a short time allows.
 */
export async function startInvocationTelemetry(
  service: string,
  config: TelemetryConfig,
  logger: Logger,
): Promise<() => Promise<void>> {
  const metrics = config.METRICS_EMF ? createInvocationReporter(service, config.CHAT_STAGE) : undefined
  const tracing = await startTraces(service, config, logger)
  let notBeforeMs = 0
  return async () => {
    await metrics?.report()
    if (tracing === undefined || performance.now() < notBeforeMs) return
    if (!(await tracing.flush())) notBeforeMs = performance.now() + PATIENCE_MS
  }
}

/** Not by the console, before whose lines Lambda writes some words of its own. */
function createInvocationReporter(service: string, stage: string) {
  return createEmfReporter({ service, stage, write: line => process.stdout.write(line), onlyChanges: true })
}

async function startTraces(service: string, config: TelemetryConfig, logger: Logger) {
  const endpoint = traceEndpointOf(config)
  if (endpoint === undefined) return undefined
  const { exportTo, startTracing } = await import('./otel/start-tracing.ts')
  return startTracing(service, config, exportTo(endpoint, config, logger))
}
