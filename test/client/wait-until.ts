import { findDifference } from './expect-same.ts'

const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 5

export const sleep = (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds))

/** Waits until `look` gives something else than undefined or false. */
export async function waitUntil<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  milliseconds = PATIENCE_MS,
): Promise<Value> {
  for (const deadline = Date.now() + milliseconds; ; await sleep(LOOK_EVERY_MS)) {
    const value = await look()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
  }
}

/** Waits until both are the same, and says where they differ if that does not come. */
export async function waitUntilSame(
  what: string,
  look: () => Promise<[actual: unknown, expected: unknown]>,
  milliseconds = PATIENCE_MS,
): Promise<void> {
  for (const deadline = Date.now() + milliseconds; ; await sleep(LOOK_EVERY_MS)) {
    const difference = findDifference(...(await look()), what)
    if (difference === undefined) return
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${difference}`)
  }
}
