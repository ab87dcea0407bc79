import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Logger } from '../../shared/logger.ts'
import { newTraceContext, readTraceContext, startRequestSpan, traceIdOf } from '../../shared/tracing.ts'
import type { IngressContext, IngressEnv } from './context.ts'
import { metricsOfRoute } from './ingress-metrics.ts'

const UNMATCHED = 'unmatched'

/** Takes up the caller's trace, or begins one, and counts, times and records what becomes of the request. */
export function observeRequests(logger: Logger): MiddlewareHandler<IngressEnv> {
  return async function observeRequest(c, next) {
    const startedAt = performance.now()
    const route = routeOf(c)
    const caller = readTraceContext(c.req.header('traceparent'), c.req.header('tracestate'))
    const span = startRequestSpan(route, caller)
    const trace = span?.context ?? caller ?? newTraceContext()
    c.set('trace', trace)
    await next()
    const { status } = c.res
    const seconds = (performance.now() - startedAt) / 1_000
    const { duration, countOf } = metricsOfRoute(route)
    duration.observe(seconds)
    countOf(String(status)).inc()
    const requestId = c.get('requestId')
    logger.debug({ requestId, traceId: traceIdOf(trace), route, status, seconds }, 'answered')
    span?.set({
      'http.request.method': c.req.method,
      'http.route': route.split(' ')[1],
      'http.response.status_code': status,
      'chat.request.id': requestId,
    })
    span?.end(status >= 500 ? { status } : undefined)
  }
}

/** Method and template, never what stands in their place. Who matches nothing but middleware has asked for nothing. */
export function routeOf(c: IngressContext): string {
  const path = matchedRoutes(c).at(-1)?.path
  return path === undefined || path.endsWith('*') ? UNMATCHED : `${c.req.method} ${path}`
}
