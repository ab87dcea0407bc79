import type { ChatError } from './chat-error.ts'

/** Full jitter: anything between nothing and a limit that doubles with each attempt; as long as the server asks at least. */
export function backoffMs(attempt: number, baseMs: number, capMs: number, error?: ChatError): number {
  const waitMs = Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20))
  return Math.max(waitMs, error?.retryAfterMs ?? 0)
}

const RETRIES = 5
const RETRY_BASE_MS = 1_000
const RETRY_CAP_MS = 15_000

/** For what frames told of and nobody brought: a few times, each later; after them, the next connect heals. */
export function retryLater(
  attempt: number,
  again: () => void,
  error?: ChatError,
): ReturnType<typeof setTimeout> | undefined {
  if (attempt > RETRIES) return undefined
  return setTimeout(again, backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS, error))
}

export interface Waiter {
  /** Resolves with whether it was woken before its time. */
  wait(ms: number): Promise<boolean>
  /** Ends every wait at once. */
  wake(): void
}

export function createWaiter(): Waiter {
  const waits = new Set<(isWoken: boolean) => void>()
  return {
    wait(ms) {
      return new Promise(resolve => {
        const end = (isWoken: boolean) => {
          clearTimeout(timer)
          waits.delete(end)
          resolve(isWoken)
        }
        const timer = setTimeout(() => end(false), ms)
        waits.add(end)
      })
    },
    wake() {
      for (const end of [...waits]) end(true)
    },
  }
}

/** Rejects with `timeout()` when the promise takes longer. */
export function within<Value>(ms: number, promise: Promise<Value>, timeout: () => Error): Promise<Value> {
  let timer: ReturnType<typeof setTimeout>
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeout()), ms)
  })
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer))
}

/** After the network may have changed, what is under way gets so much longer. */
const HURRIED_MS = 3_000

/** Limits the time of what waits for the network. */
export interface Patience {
  /** The signal aborts when the time is up. */
  limit<Value>(ms: number, task: (signal: AbortSignal) => Promise<Value>): Promise<Value>
  /** What began on another network may never be answered: it is soon given up, to be tried again. */
  hurry(): void
}

export function createPatience(): Patience {
  const underWay = new Set<AbortController>()
  return {
    async limit(ms, task) {
      const controller = new AbortController()
      const timer = setTimeout(() => controller.abort(), ms)
      underWay.add(controller)
      try {
        return await task(controller.signal)
      } finally {
        clearTimeout(timer)
        underWay.delete(controller)
      }
    },
    hurry() {
      const hurried = [...underWay]
      setTimeout(() => {
        for (const controller of hurried) controller.abort()
      }, HURRIED_MS)
    },
  }
}
