import { messageIdOfKey } from '../../shared/contract/identifiers.ts'
import { invalid } from '../../shared/contract/problems.ts'
import type { IngressContext } from './context.ts'

const MAX_KEY_LENGTH = 255

/** The message id that the `Idempotency-Key` header stands for. */
export function messageIdOfHeader(c: IngressContext): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined || key === '') return undefined
  if (key.length > MAX_KEY_LENGTH) {
    throw invalid('Idempotency-Key', `must have at most ${MAX_KEY_LENGTH} characters`)
  }
  return messageIdOfKey(c.get('userId'), key)
}
