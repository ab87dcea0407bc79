import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { traceparentOf } from '../../shared/tracing.ts'
import type { IngressEnv } from './context.ts'

const WELL_FORMED_ID = /^[\w\-=]{1,255}$/

/** Takes up the caller's request id and trace, or begins them; answers carry the one, commands the other. */
export function identifyRequest(): MiddlewareHandler<IngressEnv> {
  return function identifyAndGoOn(c, next) {
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && WELL_FORMED_ID.test(given) ? given : randomUUID()
    c.set('requestId', requestId)
    c.set('headers', { 'X-Request-Id': requestId })
    c.set('traceparent', traceparentOf(c.req.header('traceparent')))
    return next()
  }
}
