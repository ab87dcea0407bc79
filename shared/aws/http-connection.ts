import { connect as connectPlainly, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { type HttpAnswer, readAnswer } from './read-answer.ts'

export interface Exchange {
  onAnswer(answer: HttpAnswer): void
  onError(error: Error): void
}

/** Quiet connections outlive the pauses between messages; AWS and our gateway keep theirs for longer. */
const KEEP_QUIET_MS = 30_000
/** A server may count from earlier than we do. */
const SAFETY_MS = 1_000
const TCP_PROBES_AFTER_MS = 60_000

/** Bytes are taken out of it before the next read of any connection. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)
/** Lets later connections of an origin skip half of the TLS handshake. */
const tlsSessions = new Map<string, Buffer>()

/**
 * One kept connection of HTTP/1.1, one request on it at a time. It reads into one buffer, writes a request in one
 * system call, and makes no stream and no parsed header.
 */
export class HttpConnection {
  readonly #socket: Socket
  readonly #whenFree: (connection: HttpConnection) => void
  #exchange: Exchange | undefined
  /** Of an answer that came in several reads. */
  #parts: Buffer[] = []
  #keepQuietMs = KEEP_QUIET_MS
  #quietUntil = 0

  constructor(origin: string, whenFree: (connection: HttpConnection) => void) {
    this.#whenFree = whenFree
    this.#socket = openSocket(origin, bytes => this.#read(bytes))
    // What it is follows in `close`, as for a connection that the server ends without a word.
    this.#socket.on('error', () => undefined)
    this.#socket.once('close', () => this.#readEnd())
  }

  /** False for one that was closed, or that the server may be about to close. */
  isUsable(now: number): boolean {
    return this.#socket.writable && now < this.#quietUntil
  }

  /** `head` ends with the last header's line break, and is ASCII. */
  send(head: string, body: string | Uint8Array, exchange: Exchange): void {
    this.#exchange = exchange
    const socket = this.#socket
    socket.ref()
    if (typeof body === 'string') {
      const length = Buffer.byteLength(body)
      socket.write(
        `${head}content-length: ${length}\r\n\r\n${body}`,
        length === body.length ? 'latin1' : 'utf8',
      )
      return
    }
    socket.cork()
    socket.write(`${head}content-length: ${body.byteLength}\r\n\r\n`, 'latin1')
    socket.write(body)
    socket.uncork()
  }

  /** Ends it with the request that it carries, of which nothing more is told. */
  close(): void {
    this.#exchange = undefined
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    const isWhole = this.#parts.length === 0
    try {
      const all = isWhole ? bytes : Buffer.concat([...this.#parts, bytes])
      const answer = this.#exchange && readAnswer(all, false)
      if (answer === undefined) {
        // What nobody asked for cannot be told from the answer to what is asked next.
        if (this.#exchange === undefined) this.close()
        else this.#parts = [isWhole ? Buffer.from(bytes) : all]
        return
      }
      this.#keepQuietMs = Math.min(KEEP_QUIET_MS, (answer.keepAliveMs ?? KEEP_QUIET_MS) - SAFETY_MS)
      this.#settle(answer, answer.isKept)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #readEnd(): void {
    if (this.#exchange === undefined) return
    try {
      const answer = readAnswer(Buffer.concat(this.#parts), true)
      if (answer) this.#settle(answer, false)
      else this.#fail(this.#socket.errored ?? new Error('the connection was closed before the answer'))
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #settle(answer: HttpAnswer, isKept: boolean): void {
    const { onAnswer } = this.#exchange as Exchange
    this.#exchange = undefined
    this.#parts = []
    if (isKept) {
      this.#quietUntil = performance.now() + this.#keepQuietMs
      this.#socket.unref()
      this.#whenFree(this)
    } else this.#socket.destroy()
    onAnswer(answer)
  }

  #fail(error: Error): void {
    const exchange = this.#exchange
    this.close()
    exchange?.onError(error)
  }
}

function openSocket(origin: string, onBytes: (bytes: Buffer) => void): Socket {
  const { protocol, hostname, port } = new URL(origin)
  const onread = {
    buffer: readBuffer,
    callback(count: number, buffer: Uint8Array) {
      onBytes((buffer as Buffer).subarray(0, count))
      return true
    },
  }
  // A URL has IPv6 addresses in brackets.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const socket =
    protocol === 'https:'
      ? connectTls(origin, { host, port: Number(port || 443), onread })
      : connectPlainly({ host, port: Number(port || 80), onread })
  return socket.setNoDelay(true).setKeepAlive(true, TCP_PROBES_AFTER_MS)
}

function connectTls(
  origin: string,
  options: { host: string; port: number; onread: import('node:net').OnReadOpts },
): Socket {
  const session = tlsSessions.get(origin)
  const socket = connectSecurely({
    ...options,
    ...(isIP(options.host) === 0 && { servername: options.host }),
    ...(session && { session }),
    ALPNProtocols: ['http/1.1'],
  })
  return socket.on('session', known => tlsSessions.set(origin, known))
}
