import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ProblemError } from '../../shared/contract/problems.ts'
import type { IngressEnv } from './context.ts'

/**
 * 413 for a longer body. One whose length is told is refused unread, so that its connection can be used again;
 * otherwise as much is read as may be, and the connection closed.
 */
export function limitBody(maxBytes: number): MiddlewareHandler<IngressEnv> {
  const refusal = (headers = {}) =>
    new ProblemError(413, `the body is larger than ${maxBytes} bytes`, { headers })
  const limitUntold = bodyLimit({
    maxSize: maxBytes,
    onError() {
      throw refusal({ Connection: 'close' })
    },
  })
  return async function limitRequestBody(c, next) {
    if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw refusal()
    return limitUntold(c, next)
  }
}
