import { TimeoutError } from './call-within.ts'
import { HttpConnection } from './http-connection.ts'
import type { HttpAnswer } from './read-answer.ts'

/** When the caller gives up: after a time, or else by its signal, which costs more and is asked for only then. */
export interface PostLimit {
  timeoutMs?: number
  abortSignal?: AbortSignal
}

/** The caller's own limit ended the call; `cause` is the caller's reason. */
export class GivenUpError extends Error {
  override readonly name = 'GivenUpError'
}

const SWEEP_MS = 10_000

/** Kept connections without a request, by origin; the one used last is taken first, so that the others can end. */
const free = new Map<string, HttpConnection[]>()
setInterval(closeQuiet, SWEEP_MS).unref()

/**
 * One POST. A connection carries one request at a time, so there are as many as calls under way: long polls hold theirs
 * for seconds. `headers` are whole lines. Fails with GivenUpError when the limit is reached, else with whatever ended the
 * connection.
 */
export function httpPost(
  origin: string,
  path: string,
  headers: string,
  body: string | Uint8Array,
  limit: PostLimit,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { timeoutMs = Number.POSITIVE_INFINITY } = limit
    const signal = limit.timeoutMs === undefined ? limit.abortSignal : undefined
    let connection: HttpConnection | undefined
    const giveUp = (reason: unknown) => reject(new GivenUpError('given up', { cause: reason }))
    const onAbort = () => {
      connection?.close()
      giveUp(signal?.reason)
    }
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const exchange = {
      timeoutMs,
      onAnswer(answer: HttpAnswer) {
        signal?.removeEventListener('abort', onAbort)
        resolve(answer)
      },
      onError(error: unknown) {
        signal?.removeEventListener('abort', onAbort)
        if (error instanceof TimeoutError) giveUp(error)
        else reject(error)
      },
    }
    try {
      connection = takeConnection(origin)
      connection.send(`POST ${path} HTTP/1.1\r\n${headers}`, body, exchange)
    } catch (error) {
      connection?.close()
      exchange.onError(error)
    }
  })
}

function takeConnection(origin: string): HttpConnection {
  const connections = free.get(origin) ?? []
  const now = performance.now()
  for (let known = connections.pop(); known; known = connections.pop()) {
    if (known.isUsable(now)) return known
    known.close()
  }
  return new HttpConnection(origin, keepConnection.bind(undefined, origin))
}

function keepConnection(origin: string, connection: HttpConnection): void {
  const connections = free.get(origin)
  if (connections) connections.push(connection)
  else free.set(origin, [connection])
}

function closeQuiet(): void {
  const now = performance.now()
  for (const [origin, connections] of free) {
    const kept = connections.filter(connection => {
      if (connection.isUsable(now)) return true
      connection.close()
      return false
    })
    if (kept.length > 0) free.set(origin, kept)
    else free.delete(origin)
  }
}
