export type ConnectionErrorCode =
  /** Not reached, timed out or answered 5xx. */
  | 'unavailable'
  | 'throttled'
  /** The payload is over 128 KB. */
  | 'too_large'
  /** Refused for what it is: permissions, a missing table, a malformed request. */
  | 'rejected'

abstract class ConnectionError extends Error {
  readonly code: ConnectionErrorCode

  constructor(code: ConnectionErrorCode, cause: unknown) {
    super(`${code}: ${cause instanceof Error ? cause.name : String(cause)}`, { cause })
    this.code = code
  }

  get retryable(): boolean {
    return this.code === 'unavailable' || this.code === 'throttled'
  }
}

/** The registry of connections could not be read or written. */
export class RegistryError extends ConnectionError {
  override readonly name = 'RegistryError'
}

/** A payload could not be handed to a connection, though it may be open. */
export class PushError extends ConnectionError {
  override readonly name = 'PushError'
}

type ErrorClass = new (code: ConnectionErrorCode, cause: unknown) => Error

/** Lets no error of the SDK through: only the class given, with its closed code. */
export async function withClassifiedErrors<Result>(call: Promise<Result>, As: ErrorClass): Promise<Result> {
  try {
    return await call
  } catch (error) {
    throw classified(error, As)
  }
}

/** As an error of that class, with the code that it is. */
export function classified(error: unknown, As: ErrorClass): Error {
  return new As(codeOf(error), error)
}

function codeOf(error: unknown): ConnectionErrorCode {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === 429 || /Throttl|LimitExceeded|ThroughputExceeded/.test(name)) return 'throttled'
  if (status === undefined || status >= 500) return 'unavailable'
  return status === 413 ? 'too_large' : 'rejected'
}
