/**
 * Takes in: OpenTelemetry's settings. Loaded only where traces are wanted.
 * Guarantees: spans wait in a queue of bounded length and leave in the background; an endpoint that is away or slow
 *   costs spans, never the time of a message.
 * Gives out: the tracer that `shared/tracing.ts` hands to everybody; its disposal exports what waits, as far as a
 *   short time allows.
 */
import { randomUUID } from 'node:crypto'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from '../logger.ts'
import type { TracingConfig } from '../telemetry-config.ts'
import { installTracer } from '../tracing.ts'
import { waitAtMost } from '../wait-at-most.ts'
import { createSampler } from './create-sampler.ts'
import { createTracer } from './create-tracer.ts'
import { tolerate } from './tolerant-exporter.ts'

const QUEUE = { maxQueueSize: 4_096, maxExportBatchSize: 512, scheduledDelayMillis: 1_000 }
/** Of an export that somebody waits for: a drain has a deadline, an invocation of Lambda a caller. */
const FLUSH_TIMEOUT_MS = 1_500

export interface Tracing extends AsyncDisposable {
  /** Exports what waits, as far as a short time allows. Tells whether it sufficed. */
  flush(): Promise<boolean>
}

/** Spans on their way to the endpoint. */
export function exportTo(endpoint: URL, config: TracingConfig, logger: Logger): SpanProcessor {
  const Exporter = config.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/json' ? JsonExporter : ProtobufExporter
  const exporter = tolerate(new Exporter({ url: endpoint.href }), endpoint.host, logger)
  return new BatchSpanProcessor({ exporter, ...QUEUE })
}

/** From now on spans are recorded. */
export function startTracing(service: string, config: TracingConfig, processor: SpanProcessor): Tracing {
  const provider = new TracerProvider({
    sampler: createSampler(config),
    spanProcessors: [processor],
    resource: detectResources({ detectors: [resourceAttributesEnvDetector] }).merge(
      resourceFromAttributes({
        'service.name': config.OTEL_SERVICE_NAME ?? `chat-${service}`,
        'service.namespace': 'growzone-chat',
        'service.instance.id': randomUUID(),
      }),
    ),
  })
  installTracer(createTracer(provider.getTracer('growzone-chat')))
  const finish = (work: Promise<void>) =>
    waitAtMost(
      FLUSH_TIMEOUT_MS,
      work.catch(() => {}),
    )
  return {
    flush: () => finish(provider.forceFlush()),
    async [Symbol.asyncDispose]() {
      installTracer(undefined)
      await finish(provider.shutdown())
    },
  }
}
