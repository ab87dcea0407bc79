import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { HttpServerLimits } from '../../shared/http-limits.ts'
import type { Logger } from '../../shared/logger.ts'
import { answerQuickly } from '../../shared/quick-requests.ts'
import { refuseMalformed } from '../../shared/refuse-malformed.ts'
import { answerOutsideApp } from './answer-outside-app.ts'
import type { IngressEnv } from './context.ts'
import { prepareDrain } from './drain-server.ts'
import { createPlainAnswers } from './plain-answers.ts'
import { refuseDotSegments } from './refuse-dot-segments.ts'

/** Longer than the idle time of an ALB (60 s), so that it is never we who close a connection in use. */
const KEEP_ALIVE_MS = 65_000

/** The server of the REST API, and its end, which fails no request. Plain requests go to the app past node:http. */
export function createIngressServer(
  app: Hono<IngressEnv>,
  limits: HttpServerLimits,
  logger: Logger,
): { server: Server; drain: () => Promise<void> } {
  const answerFailure = answerOutsideApp(logger)
  const server = createServer(
    // Who names no host is told so by a problem.
    { ...limits, requireHostHeader: false },
    getRequestListener(refuseDotSegments(app.fetch), { errorHandler: answerFailure }),
  )
  server.keepAliveTimeout = KEEP_ALIVE_MS
  refuseMalformed(server)
  answerQuickly(server, createPlainAnswers(app, server, limits.maxHeaderSize, answerFailure))
  return { server, drain: prepareDrain(server) }
}
