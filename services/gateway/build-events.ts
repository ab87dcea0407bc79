import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AuthorizerEvent } from './authorize.ts'
import type { AuthorizerContext, SocketEvent, SocketRequestContext } from './socket-event.ts'

/** What every event of one connection has in common. */
export interface ConnectionInfo {
  connectionId: string
  connectedAt: number
  domainName: string
  stage: string
  sourceIp: string
  userAgent: string | null
  authorizer: AuthorizerContext
}

const API_ID = 'local'
const DEFAULT_STAGE = 'local'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Connection ids look like API Gateway's (`L0SM9cOFvHcCIhw=`), so that nobody forgets to encode them in a URL. */
export function describeConnection(request: IncomingMessage): ConnectionInfo {
  return {
    connectionId: randomId(),
    connectedAt: Date.now(),
    domainName: request.headers.host ?? '',
    stage: requestUrl(request).pathname.split('/')[1] || DEFAULT_STAGE,
    sourceIp: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'] ?? null,
    authorizer: {},
  }
}

/** What is no URL counts as one without a token, which the authorizer refuses. */
export function requestUrl(request: IncomingMessage): URL {
  return URL.parse(`ws://gateway${request.url}`) ?? new URL('ws://gateway/')
}

export function buildAuthorizerEvent(info: ConnectionInfo, request: IncomingMessage): AuthorizerEvent {
  return {
    methodArn: `arn:aws:execute-api:local:000000000000:${API_ID}/${info.stage}/$connect`,
    queryStringParameters: Object.fromEntries(requestUrl(request).searchParams),
  }
}

export function buildConnectEvent(info: ConnectionInfo): SocketEvent {
  return { requestContext: buildContext(info, '$connect', 'CONNECT'), isBase64Encoded: false }
}

export function buildMessageEvent(info: ConnectionInfo, routeKey: string, frame: Frame): SocketEvent {
  return {
    requestContext: buildContext(info, routeKey, 'MESSAGE'),
    body: frame.isBinary ? frame.data.toString('base64') : frame.data.toString(),
    isBase64Encoded: frame.isBinary,
  }
}

export function buildDisconnectEvent(info: ConnectionInfo, code: number, reason: string): SocketEvent {
  const requestContext: SocketRequestContext = {
    ...buildContext(info, '$disconnect', 'DISCONNECT'),
    disconnectStatusCode: code,
    disconnectReason: reason,
  }
  return { requestContext, isBase64Encoded: false }
}

export interface Frame {
  data: Buffer
  isBinary: boolean
}

function buildContext(
  info: ConnectionInfo,
  routeKey: string,
  eventType: SocketRequestContext['eventType'],
): SocketRequestContext {
  const { sourceIp, userAgent, ...connection } = info
  const requestId = randomId()
  const now = new Date()
  return {
    ...connection,
    routeKey,
    eventType,
    requestId,
    extendedRequestId: requestId,
    messageId: requestId,
    messageDirection: 'IN',
    requestTime: formatRequestTime(now),
    requestTimeEpoch: now.getTime(),
    apiId: API_ID,
    identity: { sourceIp, userAgent },
  }
}

function randomId(): string {
  return `${randomBytes(11).toString('base64url')}=`
}

/** `09/Feb/2026:18:11:43 +0000` */
function formatRequestTime(time: Date): string {
  const iso = time.toISOString()
  return `${iso.slice(8, 10)}/${MONTHS[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}
