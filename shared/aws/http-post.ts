import { Agent } from 'undici'
import { TimeoutError } from './call-within.ts'

export interface HttpAnswer {
  status: number
  body: string
}

/** When the caller gives up: after a time, or else by its signal. */
export interface PostLimit {
  timeoutMs?: number
  abortSignal?: AbortSignal
}

/** The caller's own limit ended the call; `cause` is the caller's reason. */
export class GivenUpError extends Error {
  override readonly name = 'GivenUpError'
}

/**
 * Quiet connections are kept for longer than the pauses between messages; a server that closes earlier says so. One
 * per call under way: long polls hold theirs for seconds.
 */
const agent = new Agent({ keepAliveTimeout: 30_000, keepAliveMaxTimeout: 60_000, pipelining: 1 })

/** One POST over undici's own dispatch, without the cost of a stream, a promise or a parsed header more than needed. */
export function httpPost(
  origin: string,
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
  limit: PostLimit,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    let givenUp: GivenUpError | undefined
    let abort: ((error: Error) => void) | undefined
    const release = limitBy(limit, reason => {
      givenUp = new GivenUpError('given up', { cause: reason })
      if (abort) abort(givenUp)
      else reject(givenUp)
    })
    if (givenUp) return
    agent.dispatch(
      { origin, path, method: 'POST', headers, body },
      {
        onRequestStart(controller) {
          abort = error => controller.abort(error)
          if (givenUp) abort(givenUp)
        },
        onResponseStart(_, statusCode) {
          status = statusCode
        },
        onResponseData(_, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd() {
          release()
          resolve({ status, body: chunks.length === 1 ? String(chunks[0]) : String(Buffer.concat(chunks)) })
        },
        onResponseError(_, error) {
          release()
          reject(error)
        },
      },
    )
  })
}

/** Gives what ends the watch over the limit. A timer is far cheaper than a signal, which is asked for only without one. */
function limitBy(limit: PostLimit, giveUp: (reason: unknown) => void): () => void {
  const { timeoutMs } = limit
  if (timeoutMs !== undefined) {
    const timer = setTimeout(() => giveUp(new TimeoutError(timeoutMs)), timeoutMs)
    return () => clearTimeout(timer)
  }
  const signal = limit.abortSignal
  const onAbort = () => giveUp(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => signal?.removeEventListener('abort', onAbort)
}
