import { sleep } from './lifecycle.ts'

/** Waits for a promise, but not longer than this; leaves no timer behind. */
export async function waitAtMost(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const settled = new AbortController()
  await Promise.race([promise.finally(() => settled.abort()), sleep(milliseconds, settled.signal)])
}
