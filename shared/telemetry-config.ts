import * as z from 'zod'

/** An endpoint of a collector, without what would have to be kept secret. */
const collectorUrl = z.url({ protocol: /^https?$/ }).refine(url => {
  const { username, password } = new URL(url)
  return username === '' && password === ''
}, 'must not hold credentials; OTEL_EXPORTER_OTLP_HEADERS carries them')

/** Traces, by the variables of the OpenTelemetry specification. The exporter reads its others by itself. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl
    .optional()
    .describe('base URL of an OTLP/HTTP collector, as http://localhost:4318; unset: no traces'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorUrl
    .optional()
    .describe('whole URL for traces, instead of the base URL followed by /v1/traces'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf', 'http/json'])
    .default('http/protobuf')
    .describe('how traces are sent'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      ...(['always_on', 'always_off', 'traceidratio'] as const),
      ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
    ])
    .default('parentbased_always_on')
    .describe('which traces are recorded; `parentbased_…` follows the caller where it brings a traceparent'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of traces that a sampler `…traceidratio` records'),
  OTEL_SERVICE_NAME: z.string().optional().describe('name of the process in traces; unset: chat-<service>'),
  OTEL_SDK_DISABLED: z.stringbool().default(false).describe('`true` turns traces off'),
}
export type TracingConfig = z.infer<z.ZodObject<typeof tracingSettings>>

/** Metrics for CloudWatch. Those for Prometheus need no setting. */
export const emfSettings = {
  METRICS_EMF: z
    .stringbool()
    .default(false)
    .describe('`1` writes metrics as CloudWatch embedded metric format on standard output, once a minute'),
  CHAT_STAGE: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'may hold letters, digits, - and _')
    .default('dev')
    .describe('dimension `Stage` of these metrics'),
}
export type EmfConfig = z.infer<z.ZodObject<typeof emfSettings>>

export const telemetrySettings = { ...tracingSettings, ...emfSettings }
export type TelemetryConfig = TracingConfig & EmfConfig

/** Where traces go; undefined where none are wanted. */
export function traceEndpointOf(config: TracingConfig): URL | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = config
  if (config.OTEL_SDK_DISABLED) return undefined
  if (whole !== undefined) return new URL(whole)
  return base === undefined ? undefined : new URL(`${base.replace(/\/$/, '')}/v1/traces`)
}
