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
import { answerQuickly } from '../../shared/quick-requests.ts'
import {
  type Answer,
  FAILED,
  FORBIDDEN,
  GONE,
  headersOf,
  messageOf,
  SENT,
  TOO_LARGE,
} from './management-answers.ts'
import type { OpenSocket } from './open-socket.ts'
import { readConnectionId } from './read-connection-id.ts'
import { readPushHead } from './read-push.ts'
import type { SocketDirectory } from './socket-directory.ts'

/** Above the SDK's own keep-alive, so that no request meets a socket being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
const NORMAL_CLOSURE = 1000

export function createManagementServer(options: {
  sockets: SocketDirectory
  check: ReadinessCheck
  logger: Logger
}): Server {
  const server = createServer((request, response) => {
    const connectionId = readConnectionId(request.url ?? '/')
    const answering =
      connectionId === undefined
        ? answer(request.url ?? '/', options.check)
        : answerWithBody(connectionId, request)
    answering.catch(error => fail(connectionId, error)).then(answer => respond(response, answer))
  })
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
  answerQuickly(server, {
    readHead: readPushHead,
    answer: ({ connectionId }, payload) =>
      answerFor(connectionId, 'POST', payload)
        .catch(error => fail(connectionId, error))
        .then(messageOf),
  })
  return server

  async function answerWithBody(connectionId: string, request: IncomingMessage): Promise<Answer> {
    const payload = await readBody(request)
    return payload ? answerFor(connectionId, request.method, payload) : TOO_LARGE
  }

  async function answerFor(
    connectionId: string,
    method: string | undefined,
    payload: Buffer,
  ): Promise<Answer> {
    const socket = await options.sockets.find(connectionId)
    return socket ? perform(socket, method, payload) : GONE
  }

  function fail(connectionId: string | undefined, error: unknown): Answer {
    options.logger.error({ connectionId, error: describeError(error) }, 'management request failed')
    return FAILED
  }
}

async function perform(socket: OpenSocket, method: string | undefined, payload: Buffer): Promise<Answer> {
  switch (method) {
    case 'POST':
      return (await socket.push(payload)) === 'sent' ? SENT : GONE
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

function respond(response: ServerResponse, answer: Answer): void {
  response.sendDate = false
  response.removeHeader('connection')
  response.writeHead(answer.status, headersOf(answer)).end(answer.body)
}
