import { randomUUID } from 'node:crypto'
import { wellFormedRequestId } from '../../shared/request-id.ts'
import type { IngressContext } from './context.ts'
import { ANSWER_HEADERS } from './secure-headers.ts'

/** Takes up the caller's request id, or makes one; every answer carries it. */
export function identifyRequest(c: IngressContext): string {
  const requestId = wellFormedRequestId(c.req.header('x-request-id')) ?? randomUUID()
  c.set('requestId', requestId)
  c.set('headers', { ...ANSWER_HEADERS, 'X-Request-Id': requestId })
  return requestId
}
