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
  const limit = new TimeLimit(milliseconds)
  try {
    return await call(limit)
  } finally {
    limit.end()
  }
}

class TimeLimit implements CallLimit {
  readonly timeoutMs: number
  readonly #startedAt = performance.now()
  #ending: AbortController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(milliseconds: number) {
    this.timeoutMs = milliseconds
  }

  get abortSignal(): AbortSignal {
    this.#ending ??= this.#start()
    return this.#ending.signal
  }

  #start(): AbortController {
    const ending = new AbortController()
    const leftMs = this.timeoutMs - (performance.now() - this.#startedAt)
    this.#timer = setTimeout(() => ending.abort(new TimeoutError(this.timeoutMs)), Math.max(0, leftMs))
    return ending
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`)
  }
}
