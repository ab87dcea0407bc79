import { AuthError } from '../../shared/auth.ts'
import { buildProblem, ProblemError, unavailable } from '../../shared/contract/problems.ts'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import type { IngressContext } from './context.ts'

/** The one place where errors become answers: RFC 9457 problems that tell nothing of the inside. */
export function answerError(error: Error, c: IngressContext, logger: Logger): Response {
  const problem = toProblemError(error)
  if (problem.status >= 500) {
    const cause = describeError(error instanceof ProblemError ? (error.cause ?? error) : error)
    const { requestId, traceparent } = c.var
    logger.error(
      { requestId, traceId: traceIdOf(traceparent), status: problem.status, cause },
      'request failed',
    )
  }
  const body = buildProblem(problem.status, problem.message, problem.errors, c.req.path)
  return c.body(JSON.stringify(body), problem.status as 400, {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
  })
}

function toProblemError(error: Error): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof AuthError) {
    return new ProblemError(401, error.message, { headers: { 'WWW-Authenticate': error.challenge } })
  }
  if (isTransientDatabaseError(error)) return unavailable('the database', error)
  return new ProblemError(500, 'something went wrong on our side', { cause: error })
}
