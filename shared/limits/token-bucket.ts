import { LRUCache } from 'lru-cache'

/** Of a key that is forgotten the bucket is full again: most would be by then. */
const MAX_REMEMBERED = 200_000
/** By `max` the cache would take the room for all of them at once: 16 ms at each start, and 4 MB. */
const GROWING = { maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 }

/** Whose bucket it is. */
export type Key = string | number

/** What is left of a bucket. */
export interface Quota {
  limit: number
  remaining: number
  /** Until all of it is there again. */
  resetSeconds: number
}

export interface Taken extends Quota {
  /** Zero where there was one to take. */
  retryAfterSeconds: number
  /** What was taken and has not come back, as the time that it takes to. */
  missingMs: number
}

export interface TokenBucket {
  /** Takes one; where there is none, it is owed. */
  take(key: Key): Taken
  /** Whether so much of it is left after one more is taken: 0 to 1. */
  hasLeft(key: Key, share: number): boolean
  /** The bucket is full at this time (ms since 1970) at the earliest: others took from it as well. */
  postpone(key: Key, fullAt: number): void
}

/**
 * A token bucket for each key: `limit` tokens, of which one comes back every `seconds / limit`. Of a key only the time is
 * kept when its bucket will be full (the generic cell rate algorithm): one number, no timer, and no step between windows.
 * Who asks in vain owes one more, up to a whole bucket: who waits as told loses one, and who does not wait gets nothing
 * until he does.
 */
export function createTokenBucket(limit: number, seconds: number): TokenBucket {
  const intervalMs = (seconds * 1_000) / limit
  const capacityMs = seconds * 1_000
  const fullAt = new LRUCache<Key, number>(GROWING)

  /** After one more is taken. */
  function missingMs(key: Key, now: number): number {
    return Math.max((fullAt.get(key) ?? now) - now, 0) + intervalMs
  }

  return {
    take(key) {
      const now = Date.now()
      const wanted = missingMs(key, now)
      const missing = Math.min(wanted, 2 * capacityMs)
      fullAt.set(key, now + missing)
      return {
        limit,
        // What rounding leaves must not cost a token.
        remaining: Math.max(0, Math.floor((capacityMs - missing) / intervalMs + 1e-6)),
        resetSeconds: Math.ceil(missing / 1_000),
        retryAfterSeconds:
          wanted <= capacityMs ? 0 : Math.max(1, Math.ceil((missing + intervalMs - capacityMs) / 1_000)),
        missingMs: missing,
      }
    },
    hasLeft: (key, share) => missingMs(key, Date.now()) <= capacityMs * (1 - share),
    postpone(key, at) {
      const latest = Date.now() + 2 * capacityMs
      if (at > (fullAt.get(key) ?? 0)) fullAt.set(key, Math.min(at, latest))
    },
  }
}
