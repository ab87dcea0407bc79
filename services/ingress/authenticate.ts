import type { MiddlewareHandler } from 'hono'
import { bearerToken, type VerifyToken } from '../../shared/auth.ts'
import type { IngressEnv } from './context.ts'

/** Finds out who asks; a token that proves nothing is answered 401 by the error handler. */
export function authenticate(verifyToken: VerifyToken): MiddlewareHandler<IngressEnv> {
  return async function authenticateRequest(c, next) {
    const identity = await verifyToken(bearerToken(c.req.header('authorization')))
    c.set('identity', identity)
    c.set('userId', identity.userId)
    await next()
  }
}
