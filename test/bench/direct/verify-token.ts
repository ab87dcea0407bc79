import { jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'

/** The user a token stands for, or undefined. */
export type VerifyToken = (token: string | undefined) => Promise<number | undefined>

const MAX_REMEMBERED = 50_000

export function createTokenVerifier(secret: string): VerifyToken {
  const key = new TextEncoder().encode(secret)
  return async token => {
    if (token === undefined) return undefined
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] })
      return Number(payload.sub)
    } catch {
      return undefined
    }
  }
}

/** Remembers for a minute whom a token stands for. */
export function rememberTokens(verify: VerifyToken): VerifyToken {
  const remembered = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: 60_000 })
  return async token => {
    const known = token === undefined ? undefined : remembered.get(token)
    if (known !== undefined) return known
    const userId = await verify(token)
    if (token !== undefined && userId !== undefined) remembered.set(token, userId)
    return userId
  }
}
