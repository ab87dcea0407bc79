import { newTraceContext, readTraceContext, startRequestSpan, traceIdOf } from '../../shared/tracing.ts'
import { answerError, type ErrorDeps } from './answer-error.ts'
import type { Route } from './context.ts'
import { identifyRequest } from './identify-request.ts'
import { metricsOfRoute } from './ingress-metrics.ts'

/**
 * A route that observes itself: takes up the caller's trace, or begins one, turns errors into their answers, and
 * counts, times and records what becomes of the request. Its name, `<method> <template>` and never what stands in the
 * template's place, is known when it is registered: a request looks up nothing.
 */
export function serveRoute(name: string, answerRequest: Route, deps: ErrorDeps): Route {
  const { logger } = deps
  const { duration, countOf } = metricsOfRoute(name)
  const template = name.split(' ')[1]
  const isLogged = logger.isLevelEnabled('debug')
  return async function serveRequest(c) {
    const startedAt = performance.now()
    const requestId = identifyRequest(c)
    const caller = readTraceContext(c.req.header('traceparent'), c.req.header('tracestate'))
    const span = startRequestSpan(name, caller)
    const trace = span?.context ?? caller ?? newTraceContext()
    c.set('trace', trace)
    let response: Response
    try {
      response = await answerRequest(c)
    } catch (error) {
      response = await answerError(error, c, deps, name)
    }
    const { status } = response
    const seconds = (performance.now() - startedAt) / 1_000
    duration.observe(seconds)
    countOf(status).inc()
    if (isLogged)
      logger.debug({ requestId, traceId: traceIdOf(trace), route: name, status, seconds }, 'answered')
    span?.set({
      'http.request.method': c.req.method,
      'http.route': template,
      'http.response.status_code': status,
      'chat.request.id': requestId,
    })
    span?.end(status >= 500 ? { status } : undefined)
    return response
  }
}
