import { sleep } from '../../shared/lifecycle.ts'
import type { Part } from './part.ts'

const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 10_000
/** A process that lived this long has recovered from what ended it before. */
const STABLE_MS = 30_000

export interface Kept {
  stop(hasten?: AbortSignal): Promise<void>
}

/** Starts a part again whenever it ends by itself, waiting longer each time that it does so soon. */
export function keepRunning(
  name: string,
  first: Part,
  start: () => Promise<Part>,
  say: (line: string) => void,
): Kept {
  const stopping = new AbortController()
  let part: Part | undefined = first
  let delayMs = FIRST_DELAY_MS

  async function run(): Promise<void> {
    while (part !== undefined && !stopping.signal.aborted) {
      const startedAt = Date.now()
      const reason = await part.exited
      if (stopping.signal.aborted) return
      if (Date.now() - startedAt > STABLE_MS) delayMs = FIRST_DELAY_MS
      part = await startAgain(`ended (${reason})`)
    }
  }

  async function startAgain(reason: string): Promise<Part | undefined> {
    say(`${name} ${reason}; starting it again in ${delayMs / 1000} s`)
    await sleep(delayMs, stopping.signal)
    delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)
    if (stopping.signal.aborted) return undefined
    try {
      const again = await start()
      say(`${name} runs again (process ${again.pid})`)
      return again
    } catch (error) {
      return startAgain(`failed (${(error as Error).message})`)
    }
  }

  const running = run()
  return {
    async stop(hasten) {
      stopping.abort()
      await part?.stop(hasten)
      await running
      await part?.stop(hasten)
    },
  }
}
