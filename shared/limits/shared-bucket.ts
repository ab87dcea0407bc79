/**
 * Takes in: what is taken in this process from a bucket that several processes have together.
 * Guarantees: what is taken is answered at once, by what this process knows. Half a bucket, and after that an eighth of
 *   what comes back, is nobody else's business; whoever takes more has all told that he takes.
 * Gives out: accounts of what is to be told to the others, and learns from their answer what is left.
 */
import { LRUCache } from 'lru-cache'
import { createTokenBucket, type Key, type TokenBucket } from './token-bucket.ts'

/** Of a key that is forgotten what is missing counts as not told yet: it may be counted twice. */
const MAX_REMEMBERED = 20_000
const GROWING = { maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 }

/** So much of a bucket a process may give away at once without a word … */
const QUIET_SHARE = 1 / 2
/** … and so much of what comes back. With as many processes as this is a part of one, that is all of it. */
const QUIET_RATE = 1 / 8

/** What was taken from a bucket, as the time that it takes to come back, and when the first of it was (ms since 1970). */
export interface Spending {
  since: number
  ms: number
}

/** What a process has taken of a key that others take from as well, and what it knows of them. */
export interface Account {
  /** The name of the limit and its key. */
  name: string
  untold: Spending
  /** When all is back, by what the processes told last; 0 where that is not known. */
  sharedFullAt: number
  /** When it was told last, ms since 1970. */
  toldAt: number
  /** In which an empty bucket fills. */
  capacityMs: number
  /** Takes the answer: when all is back, by what all have told. */
  learn(fullAt: number): void
}

/** Puts the accounts that are to be told into `due`. */
export function createSharedBucket(
  name: string,
  [limit, seconds]: [number, number],
  due: Set<Account>,
): TokenBucket {
  const bucket = createTokenBucket(limit, seconds)
  const quiet = createTokenBucket(Math.ceil(limit * QUIET_SHARE), (seconds * QUIET_SHARE) / QUIET_RATE)
  const intervalMs = (seconds * 1_000) / limit
  const accounts = new LRUCache<Key, Account>({ ...GROWING, dispose: account => due.delete(account) })

  /** Of a bucket that was full nothing is known that still matters. */
  function findAccount(key: Key, wasFull: boolean): Account | undefined {
    const account = accounts.get(key)
    if (account === undefined || !wasFull || due.has(account)) return account
    accounts.delete(key)
    return undefined
  }

  function open(key: Key, untold: Spending): Account {
    const account: Account = {
      ...{ name: `${name}:${key}`, untold, sharedFullAt: 0, toldAt: 0, capacityMs: seconds * 1_000 },
      learn(fullAt) {
        account.sharedFullAt = fullAt
        bucket.postpone(key, fullAt + account.untold.ms)
      },
    }
    accounts.set(key, account)
    return account
  }

  return {
    ...bucket,
    take(key) {
      const taken = bucket.take(key)
      // What is asked in vain is owed in this process alone: it was not taken from the others.
      if (taken.retryAfterSeconds > 0) return taken
      const isLoud = quiet.take(key).retryAfterSeconds > 0 || taken.remaining < limit * QUIET_SHARE
      const account = findAccount(key, taken.missingMs <= intervalMs)
      if (account !== undefined) spend(account.untold, intervalMs)
      if (isLoud) due.add(account ?? open(key, { since: Date.now(), ms: taken.missingMs }))
      return taken
    },
  }
}

function spend(untold: Spending, ms: number): void {
  if (untold.ms === 0) untold.since = Date.now()
  untold.ms += ms
}
