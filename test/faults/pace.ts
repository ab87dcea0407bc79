import { sleep } from '../../shared/lifecycle.ts'

/**
 * How fast messages are sent: at most `rate` a second, never past the next fault, so that a fault meets the same
 * progress in every run with a seed, and not while the system is behind, so that a slow machine is not merely drowned.
 */
export interface Pace {
  readonly signal: AbortSignal
  readonly sent: number
  /** The share of the run that is over. */
  readonly progress: number
  /** Resolves when one more message may be sent; false when all are. */
  next(): Promise<boolean>
  /** One turn for each message that somebody sends, as far as the taker keeps up. */
  steps(): AsyncGenerator<void>
  /** Messages up to this count may be sent. */
  allowUpTo(count: number): void
  waitUntilSent(count: number): Promise<void>
  /** No more is sent until it is told otherwise. */
  hold(isBehind: boolean): void
}

const LOOK_INTERVAL_MS = 10

export function createPace(messages: number, rate: number, users: number, signal: AbortSignal): Pace {
  let sent = 0
  let limit = 0
  let nextAt = 0
  let isHeld = false

  const isOver = () => sent >= messages || signal.aborted
  async function waitWhile(holds: () => boolean): Promise<void> {
    while (holds() && !signal.aborted) await sleep(LOOK_INTERVAL_MS)
  }

  return {
    signal,
    get sent() {
      return sent
    },
    get progress() {
      return sent / messages
    },
    async next() {
      await waitWhile(() => sent < messages && (isHeld || sent >= limit || performance.now() < nextAt))
      if (isOver()) return false
      sent++
      nextAt = Math.max(nextAt, performance.now() - 100) + 1000 / rate
      return true
    },
    async *steps() {
      let seen = sent
      while (!isOver()) {
        // Each taker's share of the messages: one turn for as many as there are takers.
        await waitWhile(() => !isOver() && sent < seen + users)
        seen += users
        yield
      }
    },
    allowUpTo(count) {
      limit = Math.max(limit, count)
    },
    hold(isBehind) {
      isHeld = isBehind
    },
    waitUntilSent: count => waitWhile(() => sent < Math.min(count, messages)),
  }
}
