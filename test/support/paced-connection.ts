import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export type PacedConnection = Awaited<ReturnType<typeof openPaced>>

/** A connection to a server of this process, which says one piece after the other. */
export async function openPaced(server: Server) {
  const { port } = server.address() as AddressInfo
  const connected = once(server, 'connection')
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const [there] = (await connected) as [Socket]
  let heard = ''
  let said = 0
  socket.on('data', chunk => {
    heard += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  return {
    socket,
    /** The server's end of it. */
    there,
    heard: () => heard,
    closed,
    /** Until the server has read it, so that what is said next comes to it in another piece. */
    async say(bytes: string | Buffer) {
      said += bytes.length
      socket.write(bytes, 'latin1')
      while (there.bytesRead < said && !there.destroyed) await new Promise(setImmediate)
    },
  }
}

/** All that is answered to these pieces, and to a last request, until the connection is closed. */
export async function hearAll(server: Server, pieces: (string | Buffer)[]): Promise<string> {
  const client = await openPaced(server)
  for (const piece of pieces) await client.say(piece)
  client.socket.end('GET /health/live HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n')
  await client.closed
  return client.heard()
}

/** Puts Node's own listener back, which all of its servers share: every request is served by node:http. */
export function serveByNode(server: Server): void {
  const [serve] = createServer().listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', serve as (socket: Socket) => void)
}
