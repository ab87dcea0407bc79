/**
 * How much a user may do, by what this process knows: nothing is asked of anybody, and the checks of a send take about a
 * microsecond. With several processes each counts for itself, or tells the others afterwards (open-limits.ts).
 */
import { ProblemError } from '../contract/problems.ts'
import type { LimitConfig, LimitSetting } from './limit-settings.ts'
import { createTokenBucket, type Quota, type TokenBucket } from './token-bucket.ts'

export type LimitName =
  | 'sends'
  | 'sendsToOne'
  | 'newConversations'
  | 'unseenConversations'
  | 'typing'
  | 'writes'
  | 'sockets'
  | 'tickets'
  | 'reads'
  | 'uploads'

/**
 * `guards`: whom it keeps from harm. Where processes share limits, those that guard other users and the bill count in all
 * of them together; a limit that guards the process itself counts in each, for each brings its own CPU along.
 */
interface Declared {
  setting: LimitSetting
  what: string
  guards: 'everybody' | 'process'
}

const LIMITS: Record<LimitName, Declared> = {
  sends: { setting: 'RATE_LIMIT_SENDS', what: 'messages', guards: 'everybody' },
  sendsToOne: { setting: 'RATE_LIMIT_SENDS_TO_ONE', what: 'messages to this user', guards: 'everybody' },
  newConversations: {
    ...{ setting: 'RATE_LIMIT_NEW_CONVERSATIONS', what: 'new conversations', guards: 'everybody' },
  },
  // Of sockets, whose gateway cannot ask which are old: apart, so that old ones take nothing of the new ones by REST.
  unseenConversations: {
    ...{ setting: 'RATE_LIMIT_NEW_CONVERSATIONS', guards: 'everybody' },
    what: 'conversations that are new to this socket (by REST an old one is taken at once)',
  },
  typing: { setting: 'RATE_LIMIT_TYPING', what: 'signs of typing', guards: 'process' },
  writes: { setting: 'RATE_LIMIT_WRITES', what: 'changes', guards: 'process' },
  sockets: { setting: 'RATE_LIMIT_SOCKETS', what: 'sockets', guards: 'everybody' },
  // Apart from the sockets that they open, which would count twice.
  tickets: { setting: 'RATE_LIMIT_SOCKETS', what: 'tickets for sockets', guards: 'everybody' },
  reads: { setting: 'RATE_LIMIT_READS', what: 'reads', guards: 'process' },
  uploads: { setting: 'RATE_LIMIT_UPLOADS', what: 'uploads', guards: 'everybody' },
}

export interface Limits {
  /** Takes one; nothing where the limit is off. Throws a ProblemError 429 when none is left. */
  take(name: LimitName, key: string | number): Quota | undefined
  /** Whether so much of the limit is left after one more is taken, 0 to 1; true where the limit is off. */
  hasLeft(name: LimitName, key: string | number, share: number): boolean
}

export type CreateShared = (name: LimitName, quota: [limit: number, seconds: number]) => TokenBucket

/** A limit whose setting is not given is off. `createShared` makes the buckets that processes have together. */
export function createLimits(config: LimitConfig, createShared?: CreateShared): Limits {
  const buckets = new Map<LimitName, { bucket: TokenBucket; what: string }>()
  for (const [name, { setting, what, guards }] of Object.entries(LIMITS) as [LimitName, Declared][]) {
    const [limit, seconds] = (config[setting] ?? 'off').split('/').map(Number)
    if (!limit || !seconds) continue
    const shared = guards === 'everybody' ? createShared?.(name, [limit, seconds]) : undefined
    buckets.set(name, { bucket: shared ?? createTokenBucket(limit, seconds), what })
  }
  return {
    take(name, key) {
      const limited = buckets.get(name)
      const taken = limited?.bucket.take(key)
      if (taken && taken.retryAfterSeconds > 0) throw tooMany(limited?.what, taken, taken.retryAfterSeconds)
      return taken
    },
    hasLeft: (name, key, share) => buckets.get(name)?.bucket.hasLeft(key, share) ?? true,
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
