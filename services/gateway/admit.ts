/**
 * Takes in: an HTTP upgrade request.
 * Guarantees: as API Gateway does, the authorizer is asked first, then `$connect`, and only then the socket opens.
 * Gives out: the connection with its authorizer's context, or the HTTP answer that refuses it.
 */
import type { IncomingMessage } from 'node:http'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { buildAuthorizerEvent, buildConnectEvent, type ConnectionInfo, requestUrl } from './build-events.ts'
import type { Handlers } from './handlers.ts'

export type Admission =
  | { admitted: true; info: ConnectionInfo }
  | { admitted: false; status: number; message: string }

export async function admit(
  info: ConnectionInfo,
  request: IncomingMessage,
  handlers: Pick<Handlers, 'authorize' | 'connect'>,
  logger: Logger,
): Promise<Admission> {
  // A stage is one segment; API Gateway knows nothing below it.
  if (requestUrl(request).pathname.split('/').length > 2) return refusal(403, 'Forbidden')
  try {
    const { policyDocument, principalId, context } = await handlers.authorize(
      buildAuthorizerEvent(info, request),
    )
    if (policyDocument.Statement.some(statement => statement.Effect !== 'Allow'))
      return refusal(403, 'Forbidden')
    const admitted = { ...info, authorizer: { principalId, ...asStrings(context ?? {}) } }
    const { statusCode = 200 } = await handlers.connect(buildConnectEvent(admitted))
    if (statusCode < 200 || statusCode > 299) return refusal(statusCode, 'Connection refused')
    return { admitted: true, info: admitted }
  } catch (error) {
    if (error instanceof Error && error.message === 'Unauthorized') return refusal(401, 'Unauthorized')
    logger.error({ connectionId: info.connectionId, error: describeError(error) }, 'could not admit a socket')
    return refusal(500, 'Internal server error')
  }
}

function refusal(status: number, message: string): Admission {
  return { admitted: false, status, message }
}

/** API Gateway hands the authorizer's context on as strings. */
function asStrings(context: object): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key, String(value)]))
}
