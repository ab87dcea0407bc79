import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import * as z from 'zod'
import { authSettings, ConfigError, DEVELOPMENT_JWT_SECRET } from './config.ts'
import { userId } from './contract/identifiers.ts'
import { unavailable } from './contract/problems.ts'

const authConfig = z.object(authSettings)
type AuthConfig = z.infer<typeof authConfig>

/** The user a token stands for, and when it ends, if it does. */
export interface Identity {
  userId: number
  expiresAt?: Date
}

/** A token that proves nothing: missing, malformed, expired or not signed by who it should be. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: 'missing' | 'invalid' | 'expired'

  constructor(code: AuthError['code'], options?: ErrorOptions) {
    super(
      {
        missing: 'a bearer token is required',
        invalid: 'the token is not valid',
        expired: 'the token has expired',
      }[code],
      options,
    )
    this.code = code
  }

  /** RFC 6750 §3: no error code where no token was given. */
  get challenge(): string {
    return this.code === 'missing'
      ? 'Bearer realm="growzone-chat"'
      : `Bearer realm="growzone-chat", error="invalid_token", error_description="${this.message}"`
  }
}

export type VerifyToken = (token: string | undefined) => Promise<Identity>

/** The longest that a token counts whose key was withdrawn. */
const REMEMBERED_MS = 60_000
const MAX_REMEMBERED_CHARACTERS = 8_000_000

/**
 * Verifies HS256 by shared secret or RS256/ES256 by key set; the algorithm must be the one configured. What was
 * verified a short while ago is not verified again.
 */
export function createTokenVerifier(config: AuthConfig): VerifyToken {
  const verify = createIdentityCheck(config)
  const verified = new LRUCache<string, Identity>({
    ttl: REMEMBERED_MS,
    perf: Date,
    ttlResolution: 0,
    maxSize: MAX_REMEMBERED_CHARACTERS,
    sizeCalculation: (_, token) => token.length,
  })
  return async token => {
    if (!token) throw new AuthError('missing')
    const known = verified.get(token)
    if (known !== undefined && !hasExpired(known)) return known
    const identity = await verify(token)
    verified.set(token, identity)
    return identity
  }
}

function hasExpired({ expiresAt }: Identity): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now()
}

function createIdentityCheck(config: AuthConfig): (token: string) => Promise<Identity> {
  const verify = createSignatureCheck(config)
  return async token => {
    const payload = await verify(token)
    const user = userId.safeParse(payload.sub ?? payload.user_id)
    if (!user.success) throw new AuthError('invalid')
    return {
      userId: user.data,
      ...(payload.exp !== undefined && { expiresAt: new Date(payload.exp * 1000) }),
    }
  }
}

function createSignatureCheck(config: AuthConfig) {
  const claims = {
    ...(config.JWT_ISSUER !== undefined && { issuer: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE !== undefined && { audience: config.JWT_AUDIENCE }),
  }
  const check = async (verification: Promise<{ payload: JWTPayload }>) => {
    try {
      return (await verification).payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new AuthError('expired', { cause: error })
      if (isKeySetAway(error)) throw unavailable('the key set of the token issuer', error)
      throw new AuthError('invalid', { cause: error })
    }
  }
  if (config.JWKS_URL !== undefined) {
    const keys = createRemoteJWKSet(new URL(config.JWKS_URL))
    return (token: string) => check(jwtVerify(token, keys, { ...claims, algorithms: ['RS256', 'ES256'] }))
  }
  if (config.JWT_SECRET === undefined)
    throw new ConfigError('JWT_SECRET or JWKS_URL must be set (how tokens are verified)')
  if (config.NODE_ENV === 'production' && config.JWT_SECRET === DEVELOPMENT_JWT_SECRET) {
    throw new ConfigError('JWT_SECRET is the development secret, which everybody knows; set another')
  }
  const secret = new TextEncoder().encode(config.JWT_SECRET)
  return (token: string) => check(jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] }))
}

function isKeySetAway(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true
  const isTokenFault = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC'
  return !isTokenFault
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken(header: string | undefined): string | undefined {
  return header?.match(/^Bearer +(\S+) *$/i)?.[1]
}

/** Signs a development token. Production tokens come from the auth API. */
export async function signToken(secret: string, userId: number, lifetimeSeconds: number): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(String(userId))
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
    .sign(new TextEncoder().encode(secret))
}
