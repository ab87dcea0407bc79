/**
 * Traces, as far as every process knows them: a context that travels with each message, and spans where tracing is on.
 * The SDK behind them is loaded by `startTelemetry` alone, and only where an endpoint is configured; elsewhere, and for
 * traces that are not sampled, a span costs one comparison and is undefined.
 */
import { randomBytes } from 'node:crypto'

/** W3C Trace Context, as headers and message attributes carry it. */
export interface TraceContext {
  traceparent: string
  tracestate?: string
}

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'
export type SpanAttributes = Record<string, string | number | boolean | undefined>

/** Something under way that is recorded. */
export interface Span {
  /** To be carried on, so that what follows becomes its child. */
  readonly context: TraceContext
  /** Ids and numbers; never a text, a token or the URL of media. */
  set(attributes: SpanAttributes): void
  /** A second end is without effect. With an error the span has failed. */
  end(error?: unknown): void
}

export interface Tracer {
  /** Undefined when the sampler does not want it. `startedAt`: epoch ms, where it began before this call. */
  start(
    kind: SpanKind,
    name: string,
    relations: { parent?: TraceContext | undefined; links?: TraceContext[]; startedAt?: number | undefined },
  ): Span | undefined
}

let tracer: Tracer | undefined

/** From now on spans go to this tracer; undefined turns tracing off. */
export function installTracer(newTracer: Tracer | undefined): void {
  tracer = newTracer
}

/** Of a request from outside. The sampler decides, whether the caller brings a context or not. */
export function startRequestSpan(name: string, caller: TraceContext | undefined): Span | undefined {
  return tracer?.start('server', name, { parent: caller })
}

/** A step of a trace that is recorded; undefined where it is not. */
export function startSpan(kind: SpanKind, name: string, parent: TraceContext | undefined): Span | undefined {
  if (tracer === undefined || !isSampled(parent)) return undefined
  return tracer.start(kind, name, { parent })
}

/** A step that many messages share: a trace of its own, with a link to each of theirs that is recorded. */
export function startBatchSpan(
  kind: SpanKind,
  name: string,
  contextsOf: () => (TraceContext | undefined)[],
  startedAt?: number,
): Span | undefined {
  if (tracer === undefined) return undefined
  const links = contextsOf().filter(isSampled)
  return links.length === 0 ? undefined : tracer.start(kind, name, { links, startedAt })
}

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** Printable ASCII of the length that everybody must pass on. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/

/** The context that a caller's headers name; a malformed `traceparent` counts as none. */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined
  return tracestate !== undefined && TRACESTATE.test(tracestate)
    ? { traceparent, tracestate }
    : { traceparent }
}

/** The context among a message's attributes, as it was put there. */
export function contextOfAttributes(attributes: Record<string, string>): TraceContext | undefined {
  const { traceparent, tracestate } = attributes
  if (traceparent === undefined) return undefined
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}

/** A trace that begins here and is not recorded, so that logs can be followed all the same. */
export function newTraceContext(): TraceContext {
  return { traceparent: `00-${randomHex(16)}-${randomHex(8)}-00` }
}

/** The last bit of the flags. */
function isSampled(context: TraceContext | undefined): context is TraceContext {
  return context !== undefined && (Number.parseInt(context.traceparent.slice(-1), 16) & 1) === 1
}

/** Drawn in large pieces: a draw of a few bytes costs nearly as much. */
let drawn = ''
const DRAWN_BYTES = 4_096

function randomHex(bytes: number): string {
  if (drawn.length < bytes * 2) drawn = randomBytes(DRAWN_BYTES).toString('hex')
  const hex = drawn.slice(0, bytes * 2)
  drawn = drawn.slice(bytes * 2)
  return hex
}

/** For logs. */
export function traceIdOf(context: TraceContext | undefined): string | undefined {
  return context?.traceparent.split('-')[1]
}
