/**
 * Takes in: the connections of an HTTP server, before it sees them.
 * Guarantees: answers requests that are plain and come one by one; with the first byte of anything else a connection is the server's
 * for good, as if it had been from the start. Closing the server ends these connections as it ends its own.
 * Gives out: the answers, at a fraction of what they cost as requests and responses of node:http.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { writeHead } from './write-head.ts'

/** How far a request reaches, counted from its first byte. */
interface Extent {
  bodyStart: number
  end: number
}

export interface QuickAnswers<Head extends Extent> {
  /**
   * The head of a plain request, which has an end and says nothing that node:http would understand otherwise. Undefined for every
   * other, and for a head that is not whole.
   */
  readHead(bytes: Buffer): Head | undefined
  /** Gives the whole answer, never an error. */
  answer(head: Head, body: Buffer): Promise<string | Buffer>
}

interface QuickConnection {
  socket: Socket
  isIdle(): boolean
}

/** Time in which the body of a request must be here; who takes longer is the server's, which has limits for it. */
const BODY_WITHIN_MS = 1_000

/** What node:http says, and the code of its error, to who ends before his request does, and to who never begins one. */
const CUT_OFF = { status: 400, code: 'HPE_INVALID_EOF_STATE' }
const SILENT = { status: 408, code: 'ERR_HTTP_REQUEST_TIMEOUT' }

export function answerQuickly<Head extends Extent>(server: Server, answers: QuickAnswers<Head>): void {
  const [serve] = server.listeners('connection')
  const { closeIdleConnections, closeAllConnections } = server
  const connections = new Set<QuickConnection>()

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const connection = readRequests(server, socket, answers, () => {
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

function readRequests<Head extends Extent>(
  server: Server,
  socket: Socket,
  { readHead, answer }: QuickAnswers<Head>,
  serve: () => void,
): QuickConnection {
  /** A request whose body is still on its way, and what is here of it. */
  let head: Head | undefined
  let chunks: Buffer[] = []
  let size = 0
  let late: NodeJS.Timeout | undefined
  let hasAnswered = false
  let isAnswering = false
  let isHandedOver = false

  function read(chunk: Buffer): void {
    if (isAnswering) {
      handOver(chunk)
      return
    }
    chunks.push(chunk)
    size += chunk.length
    head ??= readHead(chunk)
    if (head && size < head.end) {
      late ??= setTimeout(() => handOver(takeBytes()), BODY_WITHIN_MS)
      return
    }
    const whole = head
    const bytes = takeBytes()
    // Who does not read its answers gets no more of them here; the server knows how to wait for that.
    if (whole && bytes.length === whole.end && socket.writableLength === 0)
      reply(answer(whole, bytes.subarray(whole.bodyStart)))
    else handOver(bytes)
  }

  /** All that is here of a request, which begins anew. */
  function takeBytes(): Buffer {
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    clearTimeout(late)
    late = undefined
    head = undefined
    chunks = []
    size = 0
    return bytes
  }

  async function reply(answer: Promise<string | Buffer>): Promise<void> {
    isAnswering = true
    const message = await answer
    isAnswering = false
    // The client may have left.
    if (socket.writable) socket.write(message)
    if (!hasAnswered && !isHandedOver) socket.setTimeout(server.keepAliveTimeout)
    hasAnswered = true
    if (isHandedOver) beServed()
    else if (!server.listening) socket.destroySoon()
  }

  /** With bytes of the next request, which wait in the socket while an answer is under way. */
  function handOver(bytes: Buffer): void {
    isHandedOver = true
    socket.off('data', read).off('end', end).off('timeout', endIdle).setTimeout(0)
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
    if (head) refuse(CUT_OFF)
    socket.end()
  }

  /** As the server itself would: by who listens to it, else with nothing but a status. */
  function refuse({ status, code }: typeof CUT_OFF): void {
    takeBytes()
    if (!server.emit('clientError', Object.assign(new Error(code), { code }), socket))
      socket.write(writeHead(status, { Connection: 'close' }))
  }

  function isIdle(): boolean {
    return !isAnswering && !head
  }

  function endIdle(): void {
    if (isAnswering) return
    if (!hasAnswered) refuse(SILENT)
    socket.destroySoon()
  }

  socket.on('data', read).on('end', end).on('timeout', endIdle)
  socket.once('close', () => clearTimeout(late))
  // What becomes of it follows in `close`.
  socket.on('error', () => undefined)
  socket.setTimeout(server.headersTimeout)
  return { socket, isIdle }
}
