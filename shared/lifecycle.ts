import type { Logger } from './logger.ts'

/** A started process part: `Symbol.asyncDispose` stops it in order and loses nothing. */
export interface Running extends AsyncDisposable {
  /** Settles when the part stops by itself, which is a failure. */
  readonly failed?: Promise<never>
}

/**
 * Settles when the process shall stop: SIGINT, SIGTERM, or the loss of a parent that keeps an IPC channel to us,
 * so that no worker outlives the supervisor it was started by.
 */
export async function shutdownSignal(): Promise<string> {
  return new Promise(resolve => {
    process.once('SIGINT', () => resolve('SIGINT'))
    process.once('SIGTERM', () => resolve('SIGTERM'))
    if (process.connected) process.once('disconnect', () => resolve('parent exited'))
  })
}

/** Ends the process when a drain takes longer than it may; what is unfinished comes again from the queue. */
export function enforceDeadline(milliseconds: number, logger: Logger): void {
  setTimeout(() => {
    logger.error({ milliseconds }, 'drain deadline passed, exiting')
    process.exit(1)
  }, milliseconds).unref()
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    if (signal?.aborted) done()
    else signal?.addEventListener('abort', done, { once: true })
  })
}

/** Exponential backoff with full jitter, in ms. `attempt` counts from 0. */
export function backoffMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** attempt)
}
