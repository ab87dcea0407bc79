import { spreadOf } from '../figures/percentiles.ts'
import type { LoadResult } from './load-protocol.ts'

interface Entry {
  pair: number
  /** When it should have been sent; latencies count from here, whatever held the generator up. */
  intendedAt: number
  accepted: boolean
  answered: boolean
  pushed: boolean
}

/** What became of the messages of one job. Times are milliseconds of one clock. */
export type MessageRecord = ReturnType<typeof recordMessages>

export function recordMessages() {
  const entries = new Map<string, Entry>()
  const acceptMs: number[] = []
  const pushMs: number[] = []
  const lateMs: number[] = []
  let [windowFrom, windowTo] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let pushedInWindow = 0
  let failed = 0
  let lastEventAt = 0

  const isInWindow = (at: number) => at >= windowFrom && at < windowTo
  const forgetSettled = (id: string, entry: Entry) => {
    if (entry.answered && (entry.pushed || !entry.accepted)) entries.delete(id)
  }

  return {
    sent(id: string, pair: number, intendedAt: number, now: number): void {
      entries.set(id, { pair, intendedAt, accepted: false, answered: false, pushed: false })
      if (isInWindow(intendedAt)) lateMs.push(now - intendedAt)
    },

    /** The post was answered; gives false when it failed and no push shows that it was stored all the same. */
    answered(id: string, accepted: boolean, now: number): boolean {
      lastEventAt = now
      const entry = entries.get(id)
      if (entry === undefined) return true
      entry.answered = true
      entry.accepted = accepted
      if (!accepted) failed++
      else if (isInWindow(entry.intendedAt)) acceptMs.push(now - entry.intendedAt)
      forgetSettled(id, entry)
      return accepted || entry.pushed
    },

    /** The push arrived at the recipient; gives its pair, or undefined when it is not new. */
    pushed(id: string, now: number): number | undefined {
      lastEventAt = now
      const entry = entries.get(id)
      if (entry === undefined || entry.pushed) return undefined
      entry.pushed = true
      if (isInWindow(now)) pushedInWindow++
      if (isInWindow(entry.intendedAt)) pushMs.push(now - entry.intendedAt)
      forgetSettled(id, entry)
      return entry.pair
    },

    openWindow(now: number): void {
      windowFrom = now
    },
    closeWindow(now: number): void {
      windowTo = now
    },

    get underWay() {
      return entries.size
    },
    get lastEventAt() {
      return lastEventAt
    },

    result(): Omit<LoadResult, 'doubled' | 'outOfOrder' | 'behind'> {
      const unpushed = [...entries.values()].filter(({ accepted, pushed }) => accepted && !pushed)
      return {
        seconds: (windowTo - windowFrom) / 1000,
        pushed: pushedInWindow,
        acceptMs: spreadOf(acceptMs),
        pushMs: spreadOf(pushMs),
        lateMs: spreadOf(lateMs),
        failed,
        lost: unpushed.length,
      }
    },
  }
}
