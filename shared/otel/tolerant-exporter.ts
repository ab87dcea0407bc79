import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { describeError } from '../errors.ts'
import type { Logger } from '../logger.ts'

const WARNING_INTERVAL_MS = 10 * 60_000

/**
 * An exporter whose failures end here: a line when the endpoint goes away, repeated at long intervals while it is, and
 * one when it is back; the spans are lost, and nothing else.
 */
export function tolerate(exporter: SpanExporter, endpoint: string, logger: Logger): SpanExporter {
  let lost = 0
  let warnedAt = Number.NEGATIVE_INFINITY

  function note(spans: number, error: unknown): void {
    if (error !== undefined) {
      lost += spans
      if (performance.now() - warnedAt < WARNING_INTERVAL_MS) return
      warnedAt = performance.now()
      logger.warn({ endpoint, error: describeError(error) }, 'traces cannot be exported; messages go on')
    } else if (lost > 0) {
      logger.info({ endpoint, lost }, 'traces are exported again')
      lost = 0
    }
  }

  return {
    export(spans, done) {
      exporter.export(spans, ({ code, error }) => {
        note(spans.length, code === 0 ? undefined : (error ?? new Error('refused')))
        // As far as the queue of spans is concerned these are done with.
        done({ code: 0 })
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}
