import { messageIdOfKey } from '../../shared/contract/identifiers.ts'
import { ProblemError } from '../../shared/contract/problems.ts'
import type { IngressContext } from './context.ts'

const MAX_KEY_LENGTH = 255

/** The message id that the `Idempotency-Key` header stands for. */
export function messageIdOfHeader(c: IngressContext): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined || key === '') return undefined
  if (key.length > MAX_KEY_LENGTH) {
    const message = `must have at most ${MAX_KEY_LENGTH} characters`
    throw new ProblemError(422, `Idempotency-Key: ${message}`, {
      errors: [{ path: 'Idempotency-Key', message }],
    })
  }
  return messageIdOfKey(c.get('userId'), key)
}
