import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { IngressEnv } from './context.ts'

/** Lets web pages of these origins call the API and read its answers, errors too. */
export function allowOrigins(origins: string[]): MiddlewareHandler<IngressEnv> {
  return cors({
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
}
