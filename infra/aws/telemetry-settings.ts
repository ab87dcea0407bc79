import type { Stage } from './stages.ts'

/** What every process that has metrics and traces is told of them. */
export function telemetrySettings({ stage, otlpEndpoint, traceShare }: Stage): Record<string, string> {
  return {
    METRICS_EMF: '1',
    CHAT_STAGE: stage,
    ...(otlpEndpoint !== undefined && {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(traceShare),
    }),
  }
}
