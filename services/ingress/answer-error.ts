import { AuthError } from '../../shared/auth.ts'
import { buildProblem, ProblemError, unavailable } from '../../shared/contract/problems.ts'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import { answer } from './answer.ts'
import type { IngressContext } from './context.ts'

/** The one place where errors become answers: RFC 9457 problems that tell nothing of the inside. */
export function answerError(error: unknown, c: IngressContext, logger: Logger, route: string): Response {
  const problem = toProblemError(error)
  if (problem.status >= 500) {
    const cause = describeError(error instanceof ProblemError ? (error.cause ?? error) : error)
    const ids = { requestId: c.get('requestId'), traceId: traceIdOf(c.get('trace')) }
    logger.error({ ...ids, route, status: problem.status, cause }, 'request failed')
  }
  const body = buildProblem(problem.status, problem.message, problem.errors, c.req.path)
  return answer(c, problem.status, body, { ...problem.headers, 'Content-Type': 'application/problem+json' })
}

function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof AuthError) {
    return new ProblemError(401, error.message, { headers: { 'WWW-Authenticate': error.challenge } })
  }
  if (isTransientDatabaseError(error)) return unavailable('the database', error)
  return new ProblemError(500, 'something went wrong on our side', { cause: error })
}
