/**
 * Takes in: one upgraded socket.
 * Guarantees: frames reach the handlers in order, replies leave in order, memory is bounded; frames over 32 KB end
 * the socket with 1009, idleness and age with 1001, the end of its token with 4401; `$disconnect` runs once, after the last frame was answered.
 * Gives out: what the management API needs to push to it, look at it and close it.
 */
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../shared/contract/frames.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { waitAtMost } from '../../shared/wait-at-most.ts'
import { buildDisconnectEvent, buildMessageEvent, type ConnectionInfo, type Frame } from './build-events.ts'
import { createFrameMeter } from './frame-meter.ts'
import { createFramePace } from './frame-pace.ts'
import { createFrameQueue, type FrameQueue } from './frame-queue.ts'
import { closedByServerCounter, framesCounter, openSocketsGauge } from './gateway-metrics.ts'
import type { Handlers } from './handlers.ts'
import { selectRoute } from './select-route.ts'
import { sendToSocket } from './send-to-socket.ts'
import type { SocketEvent } from './socket-event.ts'

const MAX_FRAMES_IN_FLIGHT = 32
const DRAIN_TIMEOUT_MS = 3_000
const GOING_AWAY = 1001
const TOO_BIG = 1009
const TOKEN_EXPIRED = 4401

export interface SocketLimits {
  idleTimeoutSeconds: number
  maxLifetimeSeconds: number
  maxFramesPerSecond: number
}

export interface OpenSocket {
  readonly info: ConnectionInfo
  readonly lastActiveAt: Date
  push(payload: Uint8Array): Promise<'sent' | 'gone'>
  close(code: number, reason: string): void
  /** Ends it where it has been idle or open for too long, or its token has ended, at this time, epoch ms. */
  endIfStale(now: number, limits: SocketLimits): void
  /** Reads no more, answers what was read, then closes. */
  drain(): Promise<void>
  terminate(): void
  /** Resolves when the socket has closed and `$disconnect` has run. */
  readonly closed: Promise<void>
  /** Resolves as soon as nothing can be pushed any more. */
  readonly ended: Promise<unknown>
}

export function openSocket(options: {
  webSocket: WebSocket
  stream: Duplex
  info: ConnectionInfo
  handlers: Pick<Handlers, 'default' | 'disconnect'>
  limits: Pick<SocketLimits, 'maxFramesPerSecond'>
  logger: Logger
}): OpenSocket {
  const { webSocket, stream, info, handlers, logger } = options
  const tokenEndsAt = endOfToken(info)
  let lastActiveAt = Date.now()

  /** Made when a frame comes, forgotten when all are answered: most sockets listen, most of the time. */
  let queue: FrameQueue<Frame> | undefined

  function end(code: number, text: string, reason: string): void {
    closedByServerCounter.inc({ reason })
    webSocket.close(code, text)
  }

  function noteActivity(): void {
    lastActiveAt = Date.now()
  }

  const pace = createFramePace(options.limits.maxFramesPerSecond)
  const handle = (frame: Frame) => handleFrame(info, frame, handlers, logger)

  const startQueue = () =>
    createFrameQueue<Frame>({
      handle: frame => pace()?.then(() => handle(frame)) ?? handle(frame),
      reply: body => sendToSocket(webSocket, body),
      pause: () => webSocket.pause(),
      resume: () => webSocket.resume(),
      onIdle: () => {
        queue = undefined
      },
      maxInFlight: MAX_FRAMES_IN_FLIGHT,
    })

  const isTooLong = createFrameMeter(MAX_FRAME_BYTES)
  // Before the listener of `ws`, so that a frame too long is refused and not handled.
  stream.prependListener('data', (chunk: Buffer) => {
    if (webSocket.readyState === WebSocket.OPEN && isTooLong(chunk))
      end(TOO_BIG, 'Message too big', 'too big')
  })
  webSocket.on('message', (data, isBinary) => {
    if (webSocket.readyState !== WebSocket.OPEN) return
    noteActivity()
    queue ??= startQueue()
    queue.add({ data: data as Buffer, isBinary })
  })
  webSocket.on('ping', noteActivity)
  webSocket.on('pong', noteActivity)
  webSocket.on('error', error =>
    logger.debug({ connectionId: info.connectionId, error: describeError(error) }, 'socket failed'),
  )

  openSocketsGauge.inc()
  const ended = new Promise<SocketEvent>(resolve => {
    webSocket.once('close', (code, reason) => {
      openSocketsGauge.dec()
      resolve(buildDisconnectEvent(info, code, reason.toString()))
    })
  })
  const closed = ended.then(async event => {
    await queue?.settled()
    await handlers
      .disconnect(event)
      .catch(error =>
        logger.error({ connectionId: info.connectionId, error: describeError(error) }, '$disconnect failed'),
      )
  })

  return {
    info,
    get lastActiveAt() {
      return new Date(lastActiveAt)
    },
    push(payload) {
      noteActivity()
      return sendToSocket(webSocket, payload)
    },
    close: (code, reason) => webSocket.close(code, reason),
    endIfStale(now, { idleTimeoutSeconds, maxLifetimeSeconds }) {
      if (webSocket.readyState !== WebSocket.OPEN) return
      if (now >= tokenEndsAt) end(TOKEN_EXPIRED, 'Token expired', 'token expired')
      else if (now - lastActiveAt >= idleTimeoutSeconds * 1_000) end(GOING_AWAY, 'Going away', 'idle')
      else if (now - info.connectedAt >= maxLifetimeSeconds * 1_000) end(GOING_AWAY, 'Going away', 'lifetime')
    },
    async drain() {
      webSocket.pause()
      if (queue) await waitAtMost(DRAIN_TIMEOUT_MS, queue.settled())
      webSocket.resume()
      webSocket.close(GOING_AWAY, 'Going away')
    },
    terminate: () => webSocket.terminate(),
    ended,
    closed,
  }
}

/** Epoch ms; that of a token without an end never comes. */
function endOfToken({ authorizer }: ConnectionInfo): number {
  const seconds = Number(authorizer.expiresAt)
  return seconds > 0 ? seconds * 1_000 : Number.POSITIVE_INFINITY
}

/** The body of the route response; a handler that throws is answered as API Gateway does. */
async function handleFrame(
  info: ConnectionInfo,
  frame: Frame,
  handlers: Pick<Handlers, 'default'>,
  logger: Logger,
): Promise<string | undefined> {
  const route = selectRoute(frame)
  framesCounter(route).inc()
  const event = buildMessageEvent(info, route, frame)
  try {
    return (await handlers.default(event)).body
  } catch (error) {
    const { connectionId, requestId } = event.requestContext
    logger.error({ connectionId, requestId, error: describeError(error) }, 'frame handler failed')
    return JSON.stringify({ message: 'Internal server error', connectionId, requestId })
  }
}
