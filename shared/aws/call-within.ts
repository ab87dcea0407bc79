/** How long a call may take, for those who take a number; and as the signal that the SDK takes, made when it is asked for. */
export interface CallLimit {
  readonly timeoutMs: number
  readonly abortSignal: AbortSignal
}

/**
 * Makes a call to AWS that may take so long, retries included. Unlike `AbortSignal.timeout` it leaves no timer behind
 * that goes off, and makes an error, long after the call is done.
 */
export async function callWithin<Result>(
  milliseconds: number,
  call: (limit: CallLimit) => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  let ending: AbortController | undefined
  const limit = {
    timeoutMs: milliseconds,
    get abortSignal() {
      if (ending === undefined) {
        const aborting = new AbortController()
        const leftMs = milliseconds - (performance.now() - startedAt)
        timer = setTimeout(() => aborting.abort(new TimeoutError(milliseconds)), Math.max(0, leftMs))
        ending = aborting
      }
      return ending.signal
    },
  }
  try {
    return await call(limit)
  } finally {
    clearTimeout(timer)
  }
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`)
  }
}
