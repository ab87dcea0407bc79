import type { Server, ServerResponse } from 'node:http'
import { Server as TcpServer } from 'node:net'
import { sleep } from '../../shared/lifecycle.ts'
import type { AnsweringSocket } from '../../shared/refuse-malformed.ts'

/** Time in which a client may use a connection once more, for the request that it was about to send. */
const GRACE_MS = 1_000

/**
 * Gives the end of a server, which fails no request: nothing new is connected, requests under way are answered, and
 * every answer asks its client to connect elsewhere. Connections that stay silent are closed after a moment.
 */
export function prepareDrain(server: Server): () => Promise<void> {
  const connected = new Set<AnsweringSocket>()
  server.on('connection', (socket: AnsweringSocket) => {
    connected.add(socket)
    socket.once('close', () => connected.delete(socket))
  })

  return async () => {
    server.prependListener('request', (_, response: ServerResponse) => askToLeave(response))
    for (const { _httpMessage: underWay } of connected) if (underWay) askToLeave(underWay)
    // The HTTP server's own would cut idle connections at once, and leave busy ones open for as long as they are used.
    const closed = new Promise(resolve => TcpServer.prototype.close.call(server, resolve))
    await Promise.race([closed, sleep(GRACE_MS)])
    server.closeIdleConnections()
    await closed
  }
}

function askToLeave(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
