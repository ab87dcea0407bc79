import { WebSocket } from 'ws'
import { backoffMs } from '../../../../shared/lifecycle.ts'
import type { Failures } from './clients-protocol.ts'

/** A user's device, which opens its socket again whenever it loses it. */
export interface Device {
  readonly index: number
  readonly userId: number
  readonly token: string
  /** Undefined while it is away. */
  socket: WebSocket | undefined
  /** All changes of its one conversation up to this version have arrived. */
  version: number
}

/** What all devices have in common. */
export interface Fleet {
  gatewayUrl: string
  failures: Failures
  onOpen(device: Device, handshakeMs: number): void
  onLost(device: Device): void
  onFrame(device: Device, frame: Frame): void
}

export interface Frame {
  type: string
  data: { id: string; version: number; seq: number }
}

const HANDSHAKE_TIMEOUT_MS = 10_000
/** Full jitter: anywhere between nothing and these, from the first attempt on. */
const BACKOFF_BASE_MS = 1_000
const BACKOFF_CAP_MS = 10_000
/** One source address has 28,000 ports. */
const SOCKETS_PER_ADDRESS = 20_000

/** Begins to connect, and keeps connected from then on. */
export function keepConnected(device: Device, fleet: Fleet): void {
  const url = `${fleet.gatewayUrl}/?token=${device.token}`
  const settings = {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ...sourceOf(device.index),
  }
  let failed = 0

  function connect(): void {
    const startedAt = performance.now()
    const socket = new WebSocket(url, settings)
    socket.on('error', error => {
      const reason = reasonOf(error)
      if (socket !== device.socket) fleet.failures[reason] = (fleet.failures[reason] ?? 0) + 1
    })
    socket.once('open', () => {
      failed = 0
      device.socket = socket
      fleet.onOpen(device, performance.now() - startedAt)
    })
    socket.on('message', data => fleet.onFrame(device, JSON.parse((data as Buffer).toString())))
    socket.once('close', () => {
      if (socket === device.socket) {
        device.socket = undefined
        fleet.onLost(device)
      } else failed++
      setTimeout(connect, backoffMs(failed, BACKOFF_BASE_MS, BACKOFF_CAP_MS))
    })
  }
  connect()
}

/**
 * Of the loopback network, every address of which is this machine's. The first goes without saying: to bind it costs
 * the kernel a search for a free port that grows with the sockets, half of the machine at ten thousand.
 */
export function sourceOf(index: number): { localAddress?: string } {
  const address = Math.floor(index / SOCKETS_PER_ADDRESS)
  return address === 0 ? {} : { localAddress: `127.0.0.${1 + address}` }
}

/** `ECONNREFUSED`, `HTTP 503` and the like. */
export function reasonOf(error: Error): string {
  const status = error.message.match(/^Unexpected server response: (\d+)/)?.[1]
  return status === undefined ? ((error as NodeJS.ErrnoException).code ?? error.message) : `HTTP ${status}`
}
