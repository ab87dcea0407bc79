import { RequestError } from '@hono/node-server'
import { buildProblem } from '../../shared/contract/problems.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { ANSWER_HEADERS } from './secure-headers.ts'

/** Answers requests that never reach the app, for no URL can be made of their target and `Host`. */
export function answerOutsideApp(logger: Logger) {
  return function answerProblem(error: unknown): Response {
    const isTheirs = error instanceof RequestError
    if (!isTheirs) logger.error({ cause: describeError(error) }, 'request failed')
    const problem = isTheirs
      ? buildProblem(400, 'the target or the Host header is not valid')
      : buildProblem(500, 'something went wrong on our side')
    const headers = { ...ANSWER_HEADERS, 'Content-Type': 'application/problem+json' }
    return new Response(JSON.stringify(problem), { status: problem.status, headers })
  }
}
