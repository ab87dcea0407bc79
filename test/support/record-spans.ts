import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import * as z from 'zod'
import { startTracing } from '../../shared/otel/start-tracing.ts'
import { tracingSettings } from '../../shared/telemetry-config.ts'

/** Tracing in this process by the settings given; its spans stay in memory. */
export function recordSpans(environment: Record<string, string> = {}) {
  const exporter = new InMemorySpanExporter()
  const config = z.object(tracingSettings).parse(environment)
  const tracing = startTracing('test', config, new SimpleSpanProcessor({ exporter }))
  return {
    spans: () => exporter.getFinishedSpans(),
    named: (name: string) => exporter.getFinishedSpans().filter(span => span.name === name),
    [Symbol.asyncDispose]: () => tracing[Symbol.asyncDispose](),
  }
}
