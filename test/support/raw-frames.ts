import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { openRaw, type RawConnection } from './raw-http.ts'

/** A WebSocket of which every byte is chosen by the test (RFC 6455 §5). */
export interface RawSocket {
  /** Of the answer to the upgrade. */
  headers: string
  write(bytes: Buffer): void
  end(): void
  /** Stops reading, so that what the server sends stays with the server. */
  pause(): void
  /** The code with which the server closed; 1006 where it said none. */
  closeCode(): Promise<number>
}

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

export async function openRawSocket(url: string, ...headers: string[]): Promise<RawSocket> {
  const { pathname, search, host } = new URL(url)
  const connection = await openRaw(url)
  const head = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...headers,
  ]
  const upgraded = once(connection.socket, 'data') as Promise<[Buffer]>
  connection.write(`${head.join('\r\n')}\r\n\r\n`)
  const answer = (await upgraded)[0].toString('latin1')
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`the socket was refused: ${answer}`)
  return {
    headers: answer,
    write: connection.write,
    end: () => void connection.socket.end(),
    pause: () => void connection.socket.pause(),
    closeCode: async () => closeCodeIn(await framesOf(connection)),
  }
}

async function framesOf(connection: RawConnection): Promise<Buffer> {
  const received = Buffer.from(await connection.rest(), 'latin1')
  return received.subarray(received.indexOf('\r\n\r\n') + 4)
}

function closeCodeIn(frames: Buffer): number {
  for (let offset = 0; offset + 2 <= frames.length; ) {
    const short = frames.readUInt8(offset + 1) & 0x7f
    const [headerBytes, length] =
      short === 126 ? [4, frames.readUInt16BE(offset + 2)] : short === 127 ? [10, 0] : [2, short]
    if ((frames.readUInt8(offset) & 0x0f) === OPCODES.close)
      return length >= 2 ? frames.readUInt16BE(offset + headerBytes) : 1005
    offset += headerBytes + length
  }
  return 1006
}

/** A frame as a client masks it; `length` is what it says of itself. */
export function buildFrame(
  opcode: number,
  payload: string | Buffer,
  options: { fin?: boolean; reserved?: number; isMasked?: boolean; length?: bigint } = {},
): Buffer {
  const { fin = true, reserved = 0, isMasked = true } = options
  const bytes = Buffer.from(payload)
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = randomBytes(4)
  const content = isMasked
    ? Buffer.concat([mask, bytes.map((byte, n) => byte ^ (mask[n % 4] as number))])
    : bytes
  return Buffer.concat([Buffer.from([first]), lengthOf(bytes, isMasked, options.length), content])
}

function lengthOf(bytes: Buffer, isMasked: boolean, told?: bigint): Buffer {
  const maskBit = isMasked ? 0x80 : 0
  if (told === undefined && bytes.length < 126) return Buffer.from([maskBit | bytes.length])
  const long = Buffer.alloc(9)
  long.writeUInt8(maskBit | 127)
  long.writeBigUInt64BE(told ?? BigInt(bytes.length), 1)
  return long
}
