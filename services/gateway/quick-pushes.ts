/**
 * Takes in: the connections of an HTTP server, before it sees them.
 * Guarantees: answers pushes that are plain and come one by one; with the first byte of anything else a connection is the server's
 * for good, as if it had been from the start. Closing the server ends these connections as it ends its own.
 * Gives out: the answers, at a fraction of what they cost as requests and responses of node:http.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { type PushHead, readPushHead } from './read-push.ts'

/** Gives the whole answer, never an error. */
type AnswerPush = (connectionId: string, payload: Buffer) => Promise<string>

interface QuickConnection {
  socket: Socket
  isIdle(): boolean
}

/** What Node.js answers to a request that ends before its end. */
const CUT_OFF = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'

export function answerQuickly(server: Server, answerPush: AnswerPush): void {
  const [serve] = server.listeners('connection')
  const { closeIdleConnections, closeAllConnections } = server
  const connections = new Set<QuickConnection>()

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const connection = readPushes(server, socket, answerPush, () => {
      connections.delete(connection)
      serve?.call(server, socket)
    })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })

  // `close` of the server calls it, too.
  server.closeIdleConnections = () => {
    closeIdleConnections.call(server)
    for (const { socket, isIdle } of connections) if (isIdle()) socket.destroy()
  }
  server.closeAllConnections = () => {
    closeAllConnections.call(server)
    for (const { socket } of connections) socket.destroy()
  }
}

function readPushes(
  server: Server,
  socket: Socket,
  answerPush: AnswerPush,
  serve: () => void,
): QuickConnection {
  /** A push whose payload is still on its way, and what is here of it. */
  let head: PushHead | undefined
  let chunks: Buffer[] = []
  let size = 0
  let isAnswering = false
  let isHandedOver = false

  function read(chunk: Buffer): void {
    if (isAnswering) {
      handOver(chunk)
      return
    }
    chunks.push(chunk)
    size += chunk.length
    head ??= readPushHead(chunk)
    if (head && size < head.end) return
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    // Who does not read its answers gets no more of them here; the server knows how to wait for that.
    if (head && size === head.end && socket.writableLength === 0)
      reply(answerPush(head.connectionId, bytes.subarray(head.payloadStart)))
    else handOver(bytes)
    head = undefined
    chunks = []
    size = 0
  }

  async function reply(answer: Promise<string>): Promise<void> {
    isAnswering = true
    const message = await answer
    isAnswering = false
    // The client may have left.
    if (socket.writable) socket.write(message, 'latin1')
    if (isHandedOver) beServed()
    else if (!server.listening) socket.destroySoon()
  }

  /** With bytes of the next request, which wait in the socket while an answer is under way. */
  function handOver(bytes: Buffer): void {
    isHandedOver = true
    socket.off('data', read).off('end', end).off('timeout', destroyIdle).setTimeout(0)
    socket.pause()
    socket.unshift(bytes)
    if (!isAnswering) beServed()
  }

  function beServed(): void {
    if (socket.destroyed) return
    serve()
    socket.resume()
  }

  function end(): void {
    if (head) socket.write(CUT_OFF)
    socket.end()
  }

  function isIdle(): boolean {
    return !isAnswering && !head
  }

  function destroyIdle(): void {
    if (!isAnswering) socket.destroy()
  }

  socket.on('data', read).on('end', end).on('timeout', destroyIdle)
  // What becomes of it follows in `close`.
  socket.on('error', () => undefined)
  socket.setTimeout(server.keepAliveTimeout)
  return { socket, isIdle }
}
