/**
 * How much a user may do, kept in the memory of this process: nothing is asked of anybody, and the checks of a send take
 * less than a microsecond. With several processes each counts for itself.
 */
import { ProblemError } from '../contract/problems.ts'
import type { LimitConfig, LimitSetting } from './limit-settings.ts'
import { createTokenBucket, type Quota, type TokenBucket } from './token-bucket.ts'

export type LimitName =
  | 'sends'
  | 'sendsToOne'
  | 'newConversations'
  | 'typing'
  | 'writes'
  | 'sockets'
  | 'reads'
  | 'uploads'

const LIMITS: [LimitName, setting: LimitSetting, what: string][] = [
  ['sends', 'RATE_LIMIT_SENDS', 'messages'],
  ['sendsToOne', 'RATE_LIMIT_SENDS_TO_ONE', 'messages to this user'],
  ['newConversations', 'RATE_LIMIT_NEW_CONVERSATIONS', 'new conversations'],
  ['typing', 'RATE_LIMIT_TYPING', 'signs of typing'],
  ['writes', 'RATE_LIMIT_WRITES', 'changes'],
  ['sockets', 'RATE_LIMIT_SOCKETS', 'sockets'],
  ['reads', 'RATE_LIMIT_READS', 'reads'],
  ['uploads', 'RATE_LIMIT_UPLOADS', 'uploads'],
]

export interface Limits {
  /** Takes one; nothing where the limit is off. Throws a ProblemError 429 when none is left. */
  take(name: LimitName, key: string | number): Quota | undefined
  isExhausted(name: LimitName, key: string | number): boolean
}

/** A limit whose setting is not given is off. */
export function createLimits(config: LimitConfig): Limits {
  const buckets = new Map<LimitName, { bucket: TokenBucket; what: string }>()
  for (const [name, setting, what] of LIMITS) {
    const [limit, seconds] = (config[setting] ?? 'off').split('/').map(Number)
    if (limit && seconds) buckets.set(name, { bucket: createTokenBucket(limit, seconds), what })
  }
  return {
    take(name, key) {
      const limited = buckets.get(name)
      const taken = limited?.bucket.take(key)
      if (taken && taken.retryAfterSeconds > 0) throw tooMany(limited?.what, taken, taken.retryAfterSeconds)
      return taken
    },
    isExhausted: (name, key) => buckets.get(name)?.bucket.isEmpty(key) ?? false,
  }
}

function tooMany(what: string | undefined, quota: Quota, retryAfter: number): ProblemError {
  return new ProblemError(429, `too many ${what}; try again in ${retryAfter} s`, {
    headers: { ...quotaHeaders(quota), 'Retry-After': String(retryAfter) },
    retryAfter,
  })
}

/** As draft-ietf-httpapi-ratelimit-headers spelled them up to its sixth version, which clients know. */
export function quotaHeaders({ limit, remaining, resetSeconds }: Quota): Record<string, string> {
  return {
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  }
}
