import { WebSocket } from 'ws'

/** What of a `newMessage` the load looks at. */
interface Pushed {
  id: string
  seq: number
}

const OPEN_WITHIN_MS = 30_000

/** A device that listens. Rejects when it is refused; a socket that closes later ends the measurement. */
export function openSocket(
  url: string,
  onPush: (message: Pushed) => void,
  onClose: (code: number) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: OPEN_WITHIN_MS })
  socket.on('message', data => {
    const { type, data: message } = JSON.parse((data as Buffer).toString())
    if (type === 'newMessage') onPush(message)
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      socket.once('close', onClose)
      resolve(socket)
    })
  })
}
