import { setImmediate, setTimeout } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'

/** Pushes as fast as it can to all who are connected, once told to; a process of its own. */
const FRAME = JSON.stringify({ type: 'newMessage', data: { textContent: 'x'.repeat(420) } })
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
process.once('disconnect', () => process.exit(0))
process.once('message', push)
server.once('listening', () => process.send?.({ port: (server.address() as { port: number }).port }))

async function push(): Promise<void> {
  for (;;) {
    for (const socket of server.clients) socket.send(FRAME)
    await setImmediate()
    while (bufferedBytes(server.clients) > MAX_BUFFERED_BYTES) await setTimeout(1)
  }
}

function bufferedBytes(sockets: Set<WebSocket>): number {
  let sum = 0
  for (const { bufferedAmount } of sockets) sum += bufferedAmount
  return sum
}
