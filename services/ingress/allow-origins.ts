import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { IngressEnv } from './context.ts'

/**
 * Lets web pages of these origins call the API and read its answers, errors too. An app that is no page says no origin:
 * its answers stay as they are, for the headers of CORS make of each a `Response` with `Headers`, at half its cost again.
 */
export function allowOrigins(origins: string[]): MiddlewareHandler<IngressEnv> {
  const allowPages = cors({
    origin: origins,
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: [
      ...['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer'],
      ...['X-Request-Id', 'traceparent', 'tracestate'],
    ],
    exposeHeaders: [
      ...['X-Request-Id', 'Retry-After', 'Preference-Applied', 'Location'],
      ...['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
    ],
    maxAge: 7_200,
  })
  return (c, next) => (c.req.header('origin') === undefined ? next() : allowPages(c, next))
}
