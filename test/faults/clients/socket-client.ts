import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { backoffMs, sleep } from '../../../shared/lifecycle.ts'

export interface Frame {
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: frames of every shape
  data: any
  requestId?: string
}

/** A socket that is opened again whenever it closes, after a jittered backoff. */
export interface SocketClient {
  /** The reply to one frame; throws when the socket ends before, or no reply comes in time. */
  request(action: string, data?: unknown): Promise<Frame>
  isOpen(): boolean
  /** Ends the TCP connection in the middle of a frame. */
  cut(): void
  close(): Promise<void>
}

export interface SocketHandlers {
  onOpen(): void
  onClose(reason: string): void
  onFrame(frame: Frame): void
}

const BACKOFF_BASE_MS = 100
const BACKOFF_CAP_MS = 1_000
const REPLY_TIMEOUT_MS = 8_000
const PING_INTERVAL_MS = 3_000

export function createSocketClient(url: string, handlers: SocketHandlers): SocketClient {
  const waiting = new Map<string, PromiseWithResolvers<Frame>>()
  const closing = new AbortController()
  let socket: WebSocket | undefined
  let nextRequest = 0

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      if (await live()) failures = 0
      await sleep(50 + backoffMs(failures, BACKOFF_BASE_MS, BACKOFF_CAP_MS), closing.signal)
    }
  }

  /** One connection from its beginning to its end; false when it never opened. */
  function live(): Promise<boolean> {
    const opening = new WebSocket(url, { handshakeTimeout: 5_000, perMessageDeflate: false })
    const pinging = setInterval(() => void ping(opening), PING_INTERVAL_MS)
    let hasOpened = false
    opening.on('error', () => {})
    opening.once('open', () => {
      hasOpened = true
      socket = opening
      handlers.onOpen()
    })
    opening.on('message', data => receive(JSON.parse(String(data))))
    return new Promise(resolve => {
      opening.once('close', code => {
        clearInterval(pinging)
        socket = undefined
        if (hasOpened) handlers.onClose(String(code))
        for (const { reject } of waiting.values()) reject(new Error('the socket closed'))
        waiting.clear()
        resolve(hasOpened)
      })
    })
  }

  /** A connection that answers no ping is dead, whatever TCP says. */
  async function ping(pinged: WebSocket): Promise<void> {
    if (pinged !== socket) return
    const isAlive = await request('ping').then(
      () => true,
      error => pinged !== socket || (error as Error).message !== 'no reply',
    )
    if (!isAlive) pinged.terminate()
  }

  function receive(frame: Frame): void {
    const asked = frame.requestId === undefined ? undefined : waiting.get(frame.requestId)
    if (asked && ['ack', 'error', 'pong'].includes(frame.type)) {
      waiting.delete(frame.requestId as string)
      asked.resolve(frame)
    } else {
      handlers.onFrame(frame)
    }
  }

  function request(action: string, data?: unknown): Promise<Frame> {
    const open = socket
    if (open === undefined) return Promise.reject(new Error('no socket is open'))
    const requestId = String(nextRequest++)
    const reply = Promise.withResolvers<Frame>()
    waiting.set(requestId, reply)
    const timer = setTimeout(() => {
      waiting.delete(requestId)
      reply.reject(new Error('no reply'))
    }, REPLY_TIMEOUT_MS)
    open.send(JSON.stringify({ action, data, requestId }), error => error && reply.reject(error))
    return reply.promise.finally(() => clearTimeout(timer))
  }

  const running = run()
  return {
    request,
    isOpen: () => socket !== undefined,
    cut() {
      const stream = (socket as unknown as { _socket?: Socket } | undefined)?._socket
      stream?.write(halfFrame(), () => stream.resetAndDestroy())
    },
    async close() {
      closing.abort()
      socket?.terminate()
      await running
    },
  }
}

/** The header of a masked text frame of 120 bytes (RFC 6455 §5.2), and half of what it announces. */
function halfFrame(): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | 120]), randomBytes(4), randomBytes(60)])
}
