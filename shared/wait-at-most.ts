import { sleep } from './lifecycle.ts'

/** Waits for a promise, but not longer than this; leaves no timer behind. Tells whether it was settled in time. */
export async function waitAtMost(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController()
  await Promise.race([promise.finally(() => settled.abort()), sleep(milliseconds, settled.signal)])
  return settled.signal.aborted
}
