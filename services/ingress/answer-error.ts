import { AuthError } from '../../shared/auth.ts'
import { ProblemError, toProblem, unavailable } from '../../shared/contract/problems.ts'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'
import { describeError } from '../../shared/errors.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import { answer } from './answer.ts'
import type { IngressContext, IngressDeps } from './context.ts'

/** What answering an error needs. */
export type ErrorDeps = Pick<IngressDeps, 'logger' | 'holdBack'>

/** The one place where errors become answers: RFC 9457 problems that tell nothing of the inside. */
export async function answerError(
  error: unknown,
  c: IngressContext,
  { logger, holdBack }: ErrorDeps,
  route: string,
): Promise<Response> {
  const problem = toProblemError(error)
  if (problem.status >= 500) {
    const cause = describeError(error instanceof ProblemError ? (error.cause ?? error) : error)
    const ids = { requestId: c.get('requestId'), traceId: traceIdOf(c.get('trace')) }
    logger.error({ ...ids, route, status: problem.status, cause }, 'request failed')
  }
  if (problem.status === 429) await holdBack()
  return answer(c, problem.status, toProblem(problem, c.req.path), {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
  })
}

function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof AuthError) {
    return new ProblemError(401, error.message, { headers: { 'WWW-Authenticate': error.challenge } })
  }
  if (isTransientDatabaseError(error)) return unavailable('the database', error)
  return new ProblemError(500, 'something went wrong on our side', { cause: error })
}
