import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { MAX_PAYLOAD_BYTES } from '../../shared/contract/frames.ts'
import { limitParallel } from '../../shared/limit-parallel.ts'
import type { Logger } from '../../shared/logger.ts'
import { admit } from './admit.ts'
import { buildDisconnectEvent, type ConnectionInfo, describeConnection } from './build-events.ts'
import type { Handlers } from './handlers.ts'
import { type OpenSocket, openSocket, type SocketLimits } from './open-socket.ts'
import type { SocketDirectory } from './socket-directory.ts'

const CLOSE_TIMEOUT_MS = 5_000
const ABNORMAL_CLOSURE = 1006
/**
 * Handshakes under way at once. When everybody comes back at the same time, more would only make each take longer,
 * until the registry's time limit and the clients' own end all of them in vain.
 */
export const MAX_HANDSHAKES = 64

export interface UpgradeDeps {
  handlers: Handlers
  sockets: SocketDirectory
  limits: Pick<SocketLimits, 'maxFramesPerSecond'>
  logger: Logger
}

/** Gives the listener of `upgrade`: admits the socket or answers why not. */
export function createUpgrader({ handlers, sockets, limits, logger }: UpgradeDeps) {
  const settings = {
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD_BYTES,
    // Known to `ws` 8.19 and later, not yet to its types.
    closeTimeout: CLOSE_TIMEOUT_MS,
  }
  const webSocketServer = new WebSocketServer(settings)
  const inTurn = limitParallel(MAX_HANDSHAKES)

  async function open(info: ConnectionInfo, request: IncomingMessage, stream: Duplex, head: Buffer) {
    if (hasLeft(stream)) {
      stream.destroy()
      return undefined
    }
    const admission = await admit(info, request, handlers, logger)
    if (!admission.admitted) {
      refuseUpgrade(stream, admission.status, admission.message)
      return undefined
    }
    const socket = shakeHands(admission.info, request, stream, head)
    if (socket) sockets.add(socket)
    else await handlers.disconnect(buildDisconnectEvent(admission.info, ABNORMAL_CLOSURE, ''))
    return socket
  }

  /** Undefined when the client has left meanwhile, or asked for something that is no WebSocket. */
  function shakeHands(info: ConnectionInfo, request: IncomingMessage, stream: Duplex, head: Buffer) {
    let socket: OpenSocket | undefined
    webSocketServer.handleUpgrade(request, stream, head, webSocket => {
      socket = openSocket({ webSocket, stream, info, handlers, limits, logger })
    })
    return socket
  }

  return function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', destroy)
    const info = describeConnection(request)
    sockets.addOpening(
      info.connectionId,
      inTurn(() => open(info, request, stream, head)),
    )
  }
}

/** One for all sockets: a closure of each would keep its request as long as it is open. */
function destroy(this: Duplex): void {
  this.destroy()
}

/** Whoever waited too long for its turn. */
function hasLeft(stream: Duplex): boolean {
  return !stream.readable || !stream.writable
}

export function refuseUpgrade(stream: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ message })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
