import { backoffMs, sleep } from '../../../shared/lifecycle.ts'
import type { Frame } from './socket-client.ts'

/** How the service answered one attempt: an HTTP status, by whichever way. */
export interface Attempt {
  status: number
  detail: string
}

export interface RepeatOptions {
  attempt(count: number): Promise<Attempt>
  /** Statuses that end it besides success. */
  ends: number[]
  onUnexpected(attempt: Attempt): void
  /** An attempt that has to be repeated, and why. */
  onFailure(reason: string): void
  signal: AbortSignal
}

const BACKOFF_BASE_MS = 50
const BACKOFF_CAP_MS = 1_000
/** What says "try again". */
const TRANSIENT = [429, 503]

/** Repeats as a careful app does until an answer is final; gives its status, or undefined when stopped before. */
export async function repeatUntilAccepted(options: RepeatOptions): Promise<number | undefined> {
  const { signal } = options
  for (let count = 0; !signal.aborted; count++) {
    const answer = await options.attempt(count).catch(error => {
      options.onFailure((error as { code?: string }).code ?? (error as Error).message)
    })
    if (answer) {
      const { status } = answer
      if (status < 300 || options.ends.includes(status)) return status
      if (!TRANSIENT.includes(status)) {
        options.onUnexpected(answer)
        if (status < 500) return status
      }
      options.onFailure(String(status))
    }
    await sleep(10 + backoffMs(count, BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal)
  }
  return undefined
}

/** The reply to a frame as the answer to a request. */
export function attemptOf(reply: Frame): Attempt {
  if (reply.type === 'ack') return { status: 202, detail: '' }
  return { status: Number(reply.data?.status), detail: String(reply.data?.detail) }
}
