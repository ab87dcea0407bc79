import { Agent } from 'undici'

export interface HttpAnswer {
  status: number
  body: string
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
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    let abort = () => reject(signal?.reason)
    const onAbort = () => abort()
    signal?.addEventListener('abort', onAbort, { once: true })
    agent.dispatch(
      { origin, path, method: 'POST', headers, body },
      {
        onRequestStart(controller) {
          abort = () => controller.abort(signal?.reason)
          if (signal?.aborted) abort()
        },
        onResponseStart(_, statusCode) {
          status = statusCode
        },
        onResponseData(_, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd() {
          signal?.removeEventListener('abort', onAbort)
          resolve({ status, body: chunks.length === 1 ? String(chunks[0]) : String(Buffer.concat(chunks)) })
        },
        onResponseError(_, error) {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
      },
    )
  })
}
