import { bearerToken, type VerifyToken } from '../../shared/auth.ts'
import type { IngressContext } from './context.ts'

/** Finds out who asks; a token that proves nothing is an error that is answered 401. */
export async function authenticate(c: IngressContext, verifyToken: VerifyToken): Promise<void> {
  const identity = await verifyToken(bearerToken(c.req.header('authorization')))
  c.set('identity', identity)
  c.set('userId', identity.userId)
}
