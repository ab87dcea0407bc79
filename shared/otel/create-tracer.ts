import {
  createTraceState,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { describeError } from '../errors.ts'
import type { TraceContext, Tracer } from '../tracing.ts'

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
}

/** Our spans by OpenTelemetry's. Parents are named, never ambient: nothing follows each promise to know them. */
export function createTracer(tracer: OtelTracer): Tracer {
  return {
    start(kind, name, { parent, links = [], startedAt }) {
      const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parse(parent)) : ROOT_CONTEXT
      const options = {
        kind: KINDS[kind],
        links: links.map(link => ({ context: parse(link) })),
        ...(startedAt !== undefined && { startTime: startedAt }),
      }
      const span = tracer.startSpan(name, options, context)
      if (!span.isRecording()) return undefined
      return {
        context: format(span.spanContext()),
        set: attributes => void span.setAttributes(attributes),
        end(error) {
          if (!span.isRecording()) return
          if (error !== undefined) {
            span.setAttribute('error.type', typeOf(error))
            span.setStatus({ code: SpanStatusCode.ERROR, message: describeError(error) })
          }
          span.end()
        },
      }
    },
  }
}

function parse({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-')
  return {
    ...{ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true },
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  }
}

function format({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
  const tracestate = traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}

/** A closed code where the error has one; of a refusal its HTTP status. */
function typeOf(error: unknown): string {
  const { code, status, name } = error as { code?: unknown; status?: unknown; name?: unknown }
  return String(code ?? status ?? name ?? typeof error)
}
