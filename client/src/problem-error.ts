import type { Problem } from '../../shared/contract/wire.ts'
import { ChatError, type ChatErrorCode } from './chat-error.ts'

/** What a problem of the server means, whether a request or a socket brings it. */
export function problemError(problem: Partial<Problem> & Pick<Problem, 'status'>): ChatError {
  const { status, detail, title, retryAfter } = problem
  const because = (code: ChatErrorCode, context = '') =>
    new ChatError(code, context + (detail ?? title ?? `status ${status}`), {
      status,
      retryAfterMs: Number(retryAfter) * 1000 || undefined,
    })
  if (status === 401) return because('unauthorized', 'the server refuses the token: ')
  if (status === 429) return because('rate-limited')
  return status < 500 ? because('rejected') : because('server', 'the server has a problem: ')
}
