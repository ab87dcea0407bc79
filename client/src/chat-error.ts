export type ChatErrorCode =
  /** The server cannot be reached. */
  | 'network'
  | 'timeout'
  /** `getToken` threw, gave nothing, or did not settle. */
  | 'token'
  /** The server refuses the token, a fresh one too. */
  | 'unauthorized'
  /** What came is no answer of the chat API, but for example a page of HTML. */
  | 'bad-answer'
  /** 5xx. */
  | 'server'
  | 'rate-limited'
  /** The server says no, and would say so again. */
  | 'rejected'
  /** The storage refused to read or write; messages wait in memory. */
  | 'storage'
  /** The server is there, but no socket opens or it does not speak. */
  | 'socket'
  | 'aborted'

/** Everything that goes wrong in the client, with a code to tell apart and a message for people, in English. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ChatErrorCode
  /** Of the answer, if there was one. */
  readonly status: number | undefined
  /** What the server asks to wait. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ChatErrorCode,
    message: string,
    options: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }

  /** Whether the same may succeed later. */
  get retryable(): boolean {
    return this.code !== 'rejected' && this.code !== 'aborted'
  }
}

/** Of what the app's own parts threw: `what` went wrong, and why. */
export function causedBy(cause: unknown, code: ChatErrorCode, what: string): ChatError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ChatError(code, `${what}: ${reason}`, { cause })
}

export function toChatError(error: unknown): ChatError {
  return error instanceof ChatError
    ? error
    : new ChatError('network', 'the server cannot be reached', { cause: error })
}
