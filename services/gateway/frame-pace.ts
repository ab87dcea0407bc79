import { sleep } from '../../shared/lifecycle.ts'

const SECOND_MS = 1_000

/**
 * Bounds the frames of one socket that are handled in a second. Gives nothing for a frame that may be handled at once, else
 * what resolves when it may: in the order of the frames, when the second is over.
 */
export function createFramePace(maxPerSecond: number): () => Promise<void> | undefined {
  let secondBeganAt = 0
  let count = 0
  let nextSecond: Promise<void> | undefined

  async function waitForNextSecond(): Promise<void> {
    await sleep(secondBeganAt + SECOND_MS - Date.now())
    nextSecond = undefined
    secondBeganAt = Date.now()
    count = 0
  }

  return () => {
    if (nextSecond) return nextSecond
    const now = Date.now()
    if (now - secondBeganAt >= SECOND_MS) {
      secondBeganAt = now
      count = 0
    }
    if (++count <= maxPerSecond) return undefined
    nextSecond = waitForNextSecond()
    return nextSecond
  }
}
