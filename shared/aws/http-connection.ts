import { connect as connectPlainly, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { TimeoutError } from './call-within.ts'
import { type HttpAnswer, readAnswer } from './read-answer.ts'

export interface Exchange {
  /** Longer than that without an answer is a TimeoutError. */
  timeoutMs: number
  onAnswer(answer: HttpAnswer): void
  onError(error: Error): void
}

/** Quiet connections outlive the pauses between messages; AWS and our gateway keep theirs for longer. */
const KEEP_QUIET_MS = 30_000
/** A server may count from earlier than we do. */
const SAFETY_MS = 1_000
const TCP_PROBES_AFTER_MS = 60_000
const CLOSED = 'the connection was closed before the answer'

const NOTHING = Buffer.alloc(0)
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
  /** An answer that comes in several reads: so many bytes of it are here, and it has at least so many. */
  #gathered = NOTHING
  #gatheredBytes = 0
  #expectedBytes = 0
  #keepQuietMs = KEEP_QUIET_MS
  #quietUntil = 0
  /** One timer looks after many requests: to set and clear one for each costs half as much as its signature. */
  #timer: NodeJS.Timeout | undefined
  #timerEndsAt = Number.POSITIVE_INFINITY
  #overdueAt = 0

  constructor(origin: string, whenFree: (connection: HttpConnection) => void) {
    this.#whenFree = whenFree
    this.#socket = openSocket(origin, bytes => this.#read(bytes))
    // What it is follows in `close`.
    this.#socket.on('error', () => undefined)
    this.#socket.once('end', () => this.#readEnd())
    this.#socket.once('close', () => this.#fail(this.#socket.errored ?? new Error(CLOSED)))
  }

  /** False for one that was closed, or that the server may be about to close. */
  isUsable(now: number): boolean {
    return this.#socket.writable && now < this.#quietUntil
  }

  /** `head` ends with the last header's line break, and is ASCII. */
  send(head: string, body: string | Uint8Array, exchange: Exchange): void {
    this.#exchange = exchange
    this.#overdueAt = performance.now() + exchange.timeoutMs
    this.#watch()
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
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /** Has the timer end when the request is overdue, or before: then a later look is set. */
  #watch(): void {
    if (this.#timerEndsAt <= this.#overdueAt) return
    this.#timerEndsAt = this.#overdueAt
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#endTimer(), this.#overdueAt - performance.now()).unref()
  }

  #endTimer(): void {
    this.#timerEndsAt = Number.POSITIVE_INFINITY
    if (this.#exchange === undefined) return
    if (performance.now() < this.#overdueAt) this.#watch()
    else this.#fail(new TimeoutError(this.#exchange.timeoutMs))
  }

  #read(bytes: Buffer): void {
    if (this.#exchange === undefined) {
      // What nobody asked for cannot be told from the answer to what is asked next.
      this.close()
      return
    }
    try {
      const isFirst = this.#gatheredBytes === 0
      const all = isFirst ? bytes : this.#gather(bytes)
      if (all.length < this.#expectedBytes) return
      const answer = readAnswer(all, false)
      if (typeof answer === 'number') {
        this.#expectedBytes = answer
        if (isFirst) this.#gather(bytes)
        return
      }
      this.#keepQuietMs = Math.min(KEEP_QUIET_MS, (answer.keepAliveMs ?? KEEP_QUIET_MS) - SAFETY_MS)
      // Who answers before the end of the request may never read the rest.
      this.#settle(answer, answer.isKept && this.#socket.writableLength === 0)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /** All that came of this answer, in a buffer that doubles: an answer of many reads is copied twice, not once a read. */
  #gather(bytes: Buffer): Buffer {
    const length = this.#gatheredBytes + bytes.length
    if (length > this.#gathered.length) {
      const larger = Buffer.allocUnsafe(2 * length)
      this.#gathered.copy(larger, 0, 0, this.#gatheredBytes)
      this.#gathered = larger
    }
    this.#gathered.set(bytes, this.#gatheredBytes)
    this.#gatheredBytes = length
    return this.#gathered.subarray(0, length)
  }

  /** The server sends no more, by its own will: a reset ends nothing whole. */
  #readEnd(): void {
    if (this.#exchange === undefined) {
      this.close()
      return
    }
    try {
      const answer = readAnswer(this.#gathered.subarray(0, this.#gatheredBytes), true)
      if (typeof answer === 'number') throw new Error(CLOSED)
      this.#settle(answer, false)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #settle(answer: HttpAnswer, isKept: boolean): void {
    const { onAnswer } = this.#exchange as Exchange
    this.#exchange = undefined
    if (this.#gatheredBytes > 0) {
      this.#gathered = NOTHING
      this.#gatheredBytes = 0
      this.#expectedBytes = 0
    }
    if (isKept) {
      this.#quietUntil = performance.now() + this.#keepQuietMs
      this.#socket.unref()
      this.#whenFree(this)
    } else this.close()
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

function connectTls(origin: string, options: { host: string; port: number; onread: OnReadOpts }): Socket {
  const session = tlsSessions.get(origin)
  const socket = connectSecurely({
    ...options,
    ...(isIP(options.host) === 0 && { servername: options.host }),
    ...(session && { session }),
    ALPNProtocols: ['http/1.1'],
  })
  return socket.on('session', known => tlsSessions.set(origin, known))
}
