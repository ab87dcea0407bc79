/**
 * Takes in: every frame of an open socket.
 * Guarantees: one reply per frame with the frame's requestId; an error is a reply too, never a dropped connection.
 * Gives out: the reply as the body of the route response (`ack`, `pong` or `error`).
 */
import { clientFrame, errorFrame, type ServerFrame } from '../../shared/contract/frames.ts'
import {
  buildProblem,
  type Problem,
  ProblemError,
  parseRequest,
  toProblem,
} from '../../shared/contract/problems.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { newTraceContext, startRequestSpan, type TraceContext, traceIdOf } from '../../shared/tracing.ts'
import type { ActionDeps } from './actions/action.ts'
import { actions } from './actions/actions.ts'
import { refusedFramesCounter } from './gateway-metrics.ts'
import { readCaller, type SocketEvent, type SocketResult } from './socket-event.ts'

export function defaultWith(deps: ActionDeps) {
  return async function handleFrame(event: SocketEvent): Promise<SocketResult> {
    const reply = await replyTo(event, deps)
    return { statusCode: 200, body: JSON.stringify(reply) }
  }
}

async function replyTo(event: SocketEvent, deps: ActionDeps): Promise<ServerFrame> {
  let requestId: string | undefined
  const { routeKey, connectionId } = event.requestContext
  const span = startRequestSpan(`frame ${routeKey}`, undefined)
  const trace = span?.context ?? newTraceContext()
  span?.set({ 'chat.connection.id': connectionId })
  try {
    const caller = readCaller(event)
    const sent = readObject(event)
    requestId = readRequestId(sent)
    if (caller.tokenExpiresAt && caller.tokenExpiresAt.getTime() <= Date.now())
      throw new ProblemError(401, 'the token has expired; connect again with a new one')
    const action = findAction(sent.action)
    const { data } = parseRequest(clientFrame, sent)
    const reply = await action({ caller, data, requestId, trace }, deps)
    span?.end()
    return { ...reply, ...(requestId !== undefined && { requestId }) }
  } catch (error) {
    const problem = problemOf(error, event, trace, deps.logger)
    refusedFramesCounter(String(problem.status)).inc()
    if (problem.status === 429) await deps.holdBack?.()
    span?.set({ 'chat.problem.status': problem.status })
    span?.end(problem.status >= 500 ? error : undefined)
    return errorFrame(problem, requestId)
  }
}

function readObject(event: SocketEvent): Record<string, unknown> {
  if (event.isBase64Encoded) throw new ProblemError(400, 'binary frames are not read; send JSON as text')
  const value = parseJson(event.body ?? '')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProblemError(400, 'a frame must be a JSON object')
  return value as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProblemError(400, 'the frame is not JSON', { cause: error })
  }
}

/** Read by itself, so that a reply to a frame which fails validation can be matched to it as well. */
function readRequestId({ requestId }: Record<string, unknown>): string | undefined {
  return clientFrame.shape.requestId.safeParse(requestId).data
}

function findAction(name: unknown) {
  if (name === undefined || name === null) throw new ProblemError(400, 'the frame has no action')
  const action = typeof name === 'string' ? actions.get(name) : undefined
  if (action) return action
  throw new ProblemError(400, `unknown action; known are ${[...actions.keys()].join(', ')}`)
}

function problemOf(error: unknown, event: SocketEvent, trace: TraceContext, logger: Logger): Problem {
  const { connectionId, routeKey } = event.requestContext
  const ids = { connectionId, routeKey, traceId: traceIdOf(trace) }
  if (error instanceof ProblemError) {
    if (error.status >= 500)
      logger.error(
        { ...ids, status: error.status, cause: describeError(error.cause ?? error) },
        'frame failed',
      )
    return toProblem(error)
  }
  logger.error({ ...ids, error: describeError(error) }, 'could not handle a frame')
  return buildProblem(500, 'something went wrong on our side')
}
