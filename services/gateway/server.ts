/**
 * Takes in: WebSocket connections on the public port, the @connections API on the private one.
 * Guarantees: speaks API Gateway's WebSocket protocol by calling the very handlers that run on AWS Lambda; a drain
 * takes no new socket, answers what was read, closes every socket with 1001 and runs `$disconnect` for each.
 * Gives out: the two ports, and the drain as its disposal.
 */
import { createServer, type Server } from 'node:http'
import { answer } from '../../shared/health-server.ts'
import type { HttpServerLimits } from '../../shared/http-limits.ts'
import { limitParallel } from '../../shared/limit-parallel.ts'
import { listen } from '../../shared/listen.ts'
import type { Logger } from '../../shared/logger.ts'
import { refuseMalformed } from '../../shared/refuse-malformed.ts'
import { waitAtMost } from '../../shared/wait-at-most.ts'
import { endStaleSockets } from './end-stale-sockets.ts'
import type { Handlers } from './handlers.ts'
import { createManagementServer } from './management-api.ts'
import type { SocketLimits } from './open-socket.ts'
import { createSocketDirectory, type SocketDirectory } from './socket-directory.ts'
import { createUpgrader, refuseUpgrade } from './upgrade.ts'

/** `$disconnect` calls at once, when many sockets close together. */
const MAX_DISCONNECTS = 32
const CLOSE_GRACE_MS = 1_500
/** When all come back at once, who finds no place here tries again only after a second, then three, then seven. */
const BACKLOG = 4_096

export interface GatewayServer extends AsyncDisposable {
  port: number
  managementPort: number
}

export async function startGatewayServer(options: {
  host: string
  port: number
  managementHost: string
  managementPort: number
  handlers: Handlers
  sockets?: SocketDirectory
  limits: SocketLimits
  http?: HttpServerLimits
  logger: Logger
}): Promise<GatewayServer> {
  const { logger, limits } = options
  let isDraining = false
  const inTurn = limitParallel(MAX_DISCONNECTS)
  const handlers: Handlers = {
    ...options.handlers,
    disconnect: event => inTurn(() => options.handlers.disconnect(event)),
  }
  const { sockets = createSocketDirectory() } = options
  const check = async () => (isDraining ? 'draining' : undefined)
  const management = createManagementServer({ sockets, check, logger })
  const server = createPublicServer(check, options.http)
  refuseMalformed(server)
  const upgrade = createUpgrader({ handlers, sockets, limits, logger })
  server.on('upgrade', (request, stream, head) => {
    if (isDraining) refuseUpgrade(stream, 503, 'Service unavailable')
    else upgrade(request, stream, head)
  })

  const managementPort = await listen(management, {
    host: options.managementHost,
    port: options.managementPort,
  })
  const { host } = options
  const port = await listen(server, { host, port: options.port, backlog: BACKLOG }).catch(error => {
    management.close()
    throw error
  })
  const watch = endStaleSockets(sockets, limits)
  return {
    port,
    managementPort,
    async [Symbol.asyncDispose]() {
      isDraining = true
      watch[Symbol.dispose]()
      const isClosed = closeServer(server)
      await sockets.opened()
      await drainSockets(sockets)
      await isClosed
      await closeServer(management)
    },
  }
}

/** Only sockets are served here; load balancers ask whether it lives. */
function createPublicServer(
  check: () => Promise<string | undefined>,
  http: HttpServerLimits | undefined,
): Server {
  return createServer(http ?? {}, async (request, response) => {
    const isHealth = request.url?.startsWith('/health/')
    const { status, type, body } = isHealth
      ? await answer(request.url as string, check)
      : { status: 426, type: 'application/json', body: '{"message":"Upgrade Required"}' }
    response
      .writeHead(status, { 'content-type': type, ...(status === 426 && { upgrade: 'websocket' }) })
      .end(body)
  })
}

async function drainSockets(sockets: SocketDirectory): Promise<void> {
  const closing = [...sockets.all()]
  const closed = Promise.all(closing.map(socket => socket.closed))
  await Promise.all(closing.map(socket => socket.drain()))
  await waitAtMost(CLOSE_GRACE_MS, closed)
  for (const socket of closing) socket.terminate()
  await closed
}

/** Requests under way may end; who keeps a connection for later ones is not waited for. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  await waitAtMost(CLOSE_GRACE_MS, closed)
  server.closeAllConnections()
  await closed
}
