import { LRUCache } from 'lru-cache'

/** Of a key that is forgotten the bucket is full again: most would be by then. */
const MAX_REMEMBERED = 200_000
/** By `max` the cache would take the room for all of them at once: 16 ms at each start, and 4 MB. */
const GROWING = { maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 }

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
}

export interface TokenBucket {
  /** Takes one; where there is none, it is owed. */
  take(key: string | number): Taken
  isEmpty(key: string | number): boolean
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
  const fullAt = new LRUCache<string | number, number>(GROWING)

  /** After one more is taken. */
  function missingMs(key: string | number, now: number): number {
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
      }
    },
    isEmpty: key => missingMs(key, Date.now()) > capacityMs,
  }
}
