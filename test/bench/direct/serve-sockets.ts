import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { VerifyToken } from './verify-token.ts'

/** Pushes a frame to every socket of the users. */
export type PushTo = (userIds: number[], frame: string) => void

/** Keeps the sockets of this process by user, as the plan's connections table does. */
export function serveSockets(server: Server, verifyToken: VerifyToken): PushTo {
  const socketsOf = new Map<number, Set<WebSocket>>()
  const webSockets = new WebSocketServer({ noServer: true, clientTracking: false })

  server.on('upgrade', async (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    const token = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('token') ?? undefined
    const userId = await verifyToken(token)
    if (userId === undefined) stream.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    else webSockets.handleUpgrade(request, stream, head, socket => keep(userId, socket))
  })

  function keep(userId: number, socket: WebSocket): void {
    const sockets = socketsOf.get(userId) ?? new Set()
    socketsOf.set(userId, sockets.add(socket))
    socket.on('error', () => {})
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) socketsOf.delete(userId)
    })
  }

  return (userIds, frame) => {
    for (const userId of userIds) for (const socket of socketsOf.get(userId) ?? []) socket.send(frame)
  }
}
