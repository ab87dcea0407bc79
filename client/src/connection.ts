/**
 * One socket, kept open: opened again after any loss with full-jitter backoff, renewed before API Gateway's two hours or the
 * token are over, the old one staying until the new one is open. A socket that does not speak is closed.
 */
import type { Api } from './api.ts'
import { ChatError, toChatError } from './chat-error.ts'
import { readClaim } from './identifiers.ts'
import { type Frame, type OpenSocket, openSocket } from './open-socket.ts'
import { createSource } from './readable.ts'
import type { Tokens } from './tokens.ts'
import type { ConnectionState, Readable } from './types.ts'
import { backoffMs, createWaiter, type Patience } from './wait.ts'

const OPEN_TIMEOUT_MS = 10_000
const PONG_TIMEOUT_MS = 10_000
/** When somebody looks at the screen. */
const CHECK_TIMEOUT_MS = 3_000
/** API Gateway ends a socket after ten idle minutes, and bills every ping. */
const PING_INTERVAL_MS = 5 * 60_000
/** API Gateway ends a socket after two hours; spread, so that many do not come at once. */
const RENEW_AFTER_MS = 105 * 60_000
const RENEW_SPREAD_MS = 10 * 60_000
const RENEW_RETRY_MS = 60_000
/** Before the end of the token, since the server ends the socket with it. */
const RENEW_LEAD_MS = 60_000
/** By a clock that is wrong, every token may seem to end soon. */
const RENEW_AFTER_MIN_MS = 30_000
/** For frames on their way to the old socket. */
const OVERLAP_MS = 3_000
const BACKOFF_BASE_MS = 1_000
const BACKOFF_CAP_MS = 30_000

export interface ConnectionOptions {
  wsUrl: string
  api: Api
  tokens: Tokens
  patience: Patience
  WebSocket: typeof WebSocket
  onFrame(frame: Frame): void
  /** Fetches what was missed; rejects with a ChatError when the server cannot be asked. */
  catchUp(): Promise<void>
}

export interface Connection extends Readable<ConnectionState> {
  connect(): void
  disconnect(): void
  /** Something changed (network, foreground): tries at once, or finds out whether the open socket still speaks. */
  check(): void
  /** False when no socket is open and nothing was sent. */
  send(action: string, data: unknown): boolean
}

export function createConnection(options: ConnectionOptions): Connection {
  let state: ConnectionState = { status: 'offline' }
  let current: OpenSocket | undefined
  /** Counts calls of `connect` and `disconnect`: a loop ends when it is no longer its turn. */
  let turn = 0
  let isWanted = false
  /** Checked while an attempt was under way, which may have begun without a network: the next one follows at once. */
  let isHasty = false
  /** Of the newest socket. */
  let token: string
  const pause = createWaiter()
  const source = createSource(() => state)

  function become(status: ConnectionState['status'], error?: ChatError, retryAt?: number): void {
    state = { status, ...(error && { error }), ...(retryAt !== undefined && { retryAt }) }
    source.changed()
  }

  async function keepConnected(isMine: () => boolean): Promise<void> {
    for (let attempt = 0; isMine(); ) {
      become('connecting', state.error)
      const { error, wasOnline } = await connectOnce(isMine)
      if (!isMine()) return
      if (wasOnline) attempt = 0
      const waitMs = backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, error)
      become('offline', error, Date.now() + waitMs)
      const isWoken = isHasty || (await pause.wait(waitMs))
      isHasty = false
      attempt = isWoken ? 0 : attempt + 1
    }
  }

  /** From opening to the end of the socket and of those that took its place. */
  async function connectOnce(isMine: () => boolean): Promise<{ error: ChatError; wasOnline: boolean }> {
    try {
      const first = await open()
      if (!isMine()) {
        first.close()
        return { error: await first.closed, wasOnline: false }
      }
      become('catching-up')
      const caughtUp = catchUpOn(first, isMine)
      let socket: OpenSocket | ChatError = first
      while (!(socket instanceof ChatError)) {
        current = socket
        socket = await keepUntilReplaced(socket)
      }
      current = undefined
      return { error: socket, wasOnline: await caughtUp }
    } catch (error) {
      return { error: await findReason(toChatError(error)), wasOnline: false }
    }
  }

  async function open(): Promise<OpenSocket> {
    const { wsUrl, api, tokens, patience, WebSocket, onFrame } = options
    const { data } = await api<{ ticket: string }>({ method: 'POST', path: '/ws-tickets' })
    token = await tokens.get()
    const url = `${wsUrl}${wsUrl.includes('?') ? '&' : '?'}ticket=${data.ticket}`
    return patience.limit(OPEN_TIMEOUT_MS, signal => openSocket(url, WebSocket, onFrame, signal))
  }

  /** A handshake does not tell why it failed. A request does, and brings what is new all the same. */
  async function findReason(error: ChatError): Promise<ChatError> {
    return error.code === 'token' ? error : options.catchUp().then(() => error, toChatError)
  }

  /** Resolves with true once everything missed is here and the socket has spoken; with false when it ended before. */
  async function catchUpOn(socket: OpenSocket, isMine: () => boolean): Promise<boolean> {
    let isOpen = true
    void socket.closed.then(() => {
      isOpen = false
    })
    const lives = socket.prove(PONG_TIMEOUT_MS)
    for (let attempt = 0; isOpen && isMine(); attempt++) {
      try {
        await options.catchUp()
        if (!(await lives) || !isMine()) return false
        become('online')
        return true
      } catch (error) {
        if (!isOpen || !isMine()) return false
        const reason = toChatError(error)
        become('catching-up', reason)
        const waitMs = backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, reason)
        await Promise.race([pause.wait(waitMs), socket.closed])
      }
    }
    return false
  }

  /** Gives the socket that takes this one's place, or why there is none. */
  async function keepUntilReplaced(socket: OpenSocket): Promise<OpenSocket | ChatError> {
    const pings = setInterval(() => void socket.prove(PONG_TIMEOUT_MS), PING_INTERVAL_MS)
    const renewal = createWaiter()
    let isOver = false
    const replaced = (async (): Promise<OpenSocket | ChatError> => {
      // By a clock that is wrong, a token may seem to have ended, or to end at once.
      const leftMs = Number(readClaim(token, 'exp')) * 1000 - Date.now() - RENEW_LEAD_MS
      const byAge = RENEW_AFTER_MS + Math.random() * RENEW_SPREAD_MS
      await renewal.wait(leftMs > 0 ? Math.min(byAge, Math.max(leftMs, RENEW_AFTER_MIN_MS)) : byAge)
      for (;;) {
        if (isOver) return socket.closed
        // With a fresh token, since the new socket ends with it.
        const fresh = options.tokens.refresh(token)
        const next = await fresh.then(open).catch(() => undefined)
        // Its pong comes behind all that was pushed to it. One that gives none may have missed something, and is lost.
        if (next && !isOver && (await socket.prove(PONG_TIMEOUT_MS))) {
          setTimeout(() => socket.close(), OVERLAP_MS)
          return next
        }
        next?.close()
        await renewal.wait(RENEW_RETRY_MS)
      }
    })()
    const successor = await Promise.race([socket.closed, replaced])
    isOver = true
    clearInterval(pings)
    renewal.wake()
    return successor
  }

  return {
    getSnapshot: source.getSnapshot,
    subscribe: source.subscribe,
    connect() {
      if (isWanted) return
      isWanted = true
      const mine = ++turn
      void keepConnected(() => turn === mine)
    },
    disconnect() {
      isWanted = false
      turn++
      current?.close()
      current = undefined
      pause.wake()
      become('offline')
    },
    check() {
      if (current) void current.prove(CHECK_TIMEOUT_MS)
      // Requests need no socket, and browsers hold the next one back for seconds after some have failed.
      else if (isWanted) void options.catchUp().catch(() => {})
      options.patience.hurry()
      isHasty = state.status === 'connecting'
      pause.wake()
    },
    send(action, data) {
      if (!current) return false
      current.send(action, data)
      return true
    },
  }
}
