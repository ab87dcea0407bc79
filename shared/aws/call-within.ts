/**
 * Makes a call to AWS that may take so long, retries included. Unlike `AbortSignal.timeout` it leaves no timer behind
 * that goes off, and makes an error, long after the call is done.
 */
export async function callWithin<Result>(
  milliseconds: number,
  call: (options: { abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(new TimeoutError(milliseconds)), milliseconds)
  try {
    return await call({ abortSignal: ending.signal })
  } finally {
    clearTimeout(timer)
  }
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`)
  }
}
