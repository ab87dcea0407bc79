import { WebSocket } from 'ws'
import { closedByServerCounter } from './gateway-metrics.ts'

/** Bytes that may wait in memory for a socket before its senders wait for it. */
const HIGH_WATER_MARK_BYTES = 256 * 1024
/** Longest time a socket's senders wait before it is dropped: less than a push may take. */
export const SLOW_SOCKET_TIMEOUT_MS = 3_000

/**
 * Sends a text frame. Resolves at once while little is buffered, else when the frame has been written; a socket
 * that does not take it in time is dropped, so that no slow reader holds memory or its senders for long.
 */
export function sendToSocket(
  socket: WebSocket,
  payload: string | Uint8Array,
  timeoutMs = SLOW_SOCKET_TIMEOUT_MS,
): Promise<'sent' | 'gone'> {
  if (socket.readyState !== WebSocket.OPEN) return Promise.resolve('gone')
  return new Promise(resolve => {
    let timer: NodeJS.Timeout | undefined
    socket.send(payload, { binary: false }, error => {
      clearTimeout(timer)
      resolve(error ? 'gone' : 'sent')
    })
    if (socket.bufferedAmount <= HIGH_WATER_MARK_BYTES) return resolve('sent')
    timer = setTimeout(() => {
      closedByServerCounter.inc({ reason: 'slow' })
      socket.terminate()
      resolve('gone')
    }, timeoutMs)
  })
}
