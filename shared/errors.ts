import type { FailureCode } from './contract/commands.ts'

/** A command that can never succeed: it goes to the dead-letter queue and its sender is told why. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
  readonly code: FailureCode

  constructor(code: FailureCode, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.code = code
  }
}

/** An error as a value fit for a log: what it is, never what it carried. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
