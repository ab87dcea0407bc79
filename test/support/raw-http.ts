import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  status: number
  headers: string
  body: string
}

/** A TCP connection that says whatever it is told. */
export interface RawConnection {
  socket: Socket
  write(bytes: string | Buffer): void
  /** All that came until the other side closed. */
  rest(): Promise<string>
}

export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
  })
  // Who is refused while still sending sees a reset; what was answered before counts.
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    write: bytes => void socket.write(bytes),
    async rest() {
      await closed
      return received
    },
  }
}

/** Sends bytes as they are, and gives the answers until the connection is closed. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer[]> {
  const connection = await openRaw(url)
  connection.write(bytes)
  return parseAnswers(await connection.rest())
}

/** Answers that tell their length, one behind the other. */
export function parseAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let left = received; left !== ''; ) {
    const end = left.indexOf('\r\n\r\n')
    if (end < 0) break
    const headers = left.slice(0, end)
    const status = Number(headers.split(' ')[1])
    const length = Number(headers.match(/^content-length: (\d+)$/im)?.[1] ?? 0)
    answers.push({ status, headers, body: left.slice(end + 4, end + 4 + length) })
    left = left.slice(end + 4 + length)
  }
  return answers
}
