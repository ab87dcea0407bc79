import type { MiddlewareHandler } from 'hono'
import { traceparentOf } from '../../shared/tracing.ts'
import type { IngressEnv } from './context.ts'

/** Takes up the caller's trace, or begins one; commands carry it on. */
export function trace(): MiddlewareHandler<IngressEnv> {
  return async function traceRequest(c, next) {
    c.set('traceparent', traceparentOf(c.req.header('traceparent')))
    await next()
  }
}
