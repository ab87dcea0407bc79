import { sleep } from '../lifecycle.ts'

const HELD_MS = 1_000
/** What is held costs memory; beyond this, refusals go out at once. */
const MAX_HELD = 2_000

/**
 * Resolves when a refusal may be told: a second later. Who asks again at each refusal would otherwise take more of a
 * process by being refused than by being served.
 */
export function createHoldBack(): () => Promise<void> {
  let held = 0
  return async () => {
    if (held >= MAX_HELD) return
    held++
    await sleep(HELD_MS)
    held--
  }
}
