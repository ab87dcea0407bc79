import { sleep } from '../../shared/lifecycle.ts'
import type { SpawnedPart } from './spawn-part.ts'

const READY_TIMEOUT_MS = 60_000

/** Waits until a service answers that it is ready. Fails with its own words when it ends before. */
export async function waitUntilReady(part: SpawnedPart, name: string, url: string, signal: AbortSignal) {
  let end: string | undefined
  part.exited.then(reason => {
    end = reason
  })
  let problem = 'it does not answer'
  for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await sleep(50, signal)) {
    signal.throwIfAborted()
    if (end !== undefined) throw new Error(`${name} did not start: ${part.lastComplaint() ?? end}`)
    const answer = await askReadiness(url)
    if (answer === 'ready') return
    problem = answer ?? problem
  }
  throw new Error(`${name} is not ready: ${problem}`)
}

async function askReadiness(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    const body = await response.text()
    return response.status === 200 ? 'ready' : body
  } catch {
    return undefined
  }
}
