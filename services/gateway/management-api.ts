/**
 * Takes in: the @connections API of API Gateway (POST, GET, DELETE), and health and metrics, on a port not public.
 * Guarantees: 410 for a connection that is not open, 413 over 128 KB; the answer to a push waits while the socket
 * is behind, which slows its senders down instead of filling memory.
 * Gives out: what the real `@aws-sdk/client-apigatewaymanagementapi` understands.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { MAX_PAYLOAD_BYTES } from '../../shared/contract/frames.ts'
import { describeError } from '../../shared/errors.ts'
import { answer, type ReadinessCheck } from '../../shared/health-server.ts'
import type { Logger } from '../../shared/logger.ts'
import type { OpenSocket } from './open-socket.ts'
import type { SocketDirectory } from './socket-directory.ts'

interface Answer {
  status: number
  body?: string
  /** The name by which the SDK knows an error. */
  errorType?: string
  type?: string
}

const CONNECTION_PATH = /^(?:\/[^/]+)?\/(?:@|%40)connections\/([^/]+)$/
/** Above the SDK's own keep-alive, so that no request meets a socket being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
const NORMAL_CLOSURE = 1000
const GONE: Answer = { status: 410, errorType: 'GoneException', body: '{"message":"Gone"}' }
const FORBIDDEN: Answer = { status: 403, errorType: 'ForbiddenException', body: '{"message":"Forbidden"}' }
const TOO_LARGE: Answer = {
  status: 413,
  errorType: 'PayloadTooLargeException',
  body: '{"message":"Payload too large"}',
}

export function createManagementServer(options: {
  sockets: SocketDirectory
  check: ReadinessCheck
  logger: Logger
}): Server {
  const server = createServer((request, response) => {
    answerRequest(request)
      .catch((error): Answer => {
        const connectionId = readConnectionId(request.url ?? '/')
        options.logger.error({ connectionId, error: describeError(error) }, 'management request failed')
        return { status: 500, body: '{"message":"Internal server error"}' }
      })
      .then(answer => respond(response, answer))
  })
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
  return server

  async function answerRequest(request: IncomingMessage): Promise<Answer> {
    const connectionId = readConnectionId(request.url ?? '/')
    if (connectionId === undefined) return answer(request.url ?? '/', options.check)
    const payload = await readBody(request)
    if (payload === undefined) return TOO_LARGE
    const socket = await options.sockets.find(connectionId)
    return socket ? answerFor(socket, request.method, payload) : GONE
  }
}

async function answerFor(socket: OpenSocket, method: string | undefined, payload: Buffer): Promise<Answer> {
  switch (method) {
    case 'POST':
      return (await socket.push(payload)) === 'sent' ? { status: 200 } : GONE
    case 'GET':
      return { status: 200, body: JSON.stringify(describeSocket(socket)) }
    case 'DELETE':
      socket.close(NORMAL_CLOSURE, 'Connection closed normally')
      return { status: 204 }
    default:
      return FORBIDDEN
  }
}

function describeSocket({ info, lastActiveAt }: OpenSocket): object {
  return {
    connectedAt: new Date(info.connectedAt).toISOString(),
    lastActiveAt: lastActiveAt.toISOString(),
    identity: { sourceIp: info.sourceIp, userAgent: info.userAgent },
  }
}

/** Ids end in `=`, which clients may send encoded. */
function readConnectionId(url: string): string | undefined {
  const encoded = url.split('?')[0]?.match(CONNECTION_PATH)?.[1]
  try {
    return encoded && decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

/** Undefined when it is over the limit; the rest is read and forgotten, so that the connection can be used again. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_PAYLOAD_BYTES) chunks.push(chunk)
    })
    request.once('error', reject)
    request.once('end', () => {
      if (size > MAX_PAYLOAD_BYTES) resolve(undefined)
      else resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
    })
  })
}

/** Headers that its callers have no use for would cost them, and us, a tenth of every push. */
function respond(response: ServerResponse, { status, body, errorType, type }: Answer): void {
  response.sendDate = false
  response.removeHeader('connection')
  const headers: Record<string, string | number> = {}
  if (status !== 204) headers['content-length'] = Buffer.byteLength(body ?? '')
  if (body !== undefined) headers['content-type'] = type ?? 'application/json'
  if (errorType !== undefined) headers['x-amzn-errortype'] = errorType
  response.writeHead(status, headers).end(body)
}
