const NOTHING = Buffer.alloc(0)

/**
 * Reads the frame headers (RFC 6455 §5.2) in a client's byte stream, since `ws` bounds whole messages only.
 * The function returned is given each chunk and tells whether a frame longer than `maxFrameBytes` begins in it.
 */
export function createFrameMeter(maxFrameBytes: number): (chunk: Buffer) => boolean {
  /** The beginning of a header that the end of a chunk has cut. */
  let cutHeader = NOTHING
  let payloadBytesLeft = 0

  return chunk => {
    const bytes = cutHeader.length === 0 ? chunk : Buffer.concat([cutHeader, chunk])
    cutHeader = NOTHING
    let offset = Math.min(payloadBytesLeft, bytes.length)
    payloadBytesLeft -= offset
    while (offset < bytes.length) {
      const rest = bytes.subarray(offset)
      const headerBytes = headerLength(rest)
      if (rest.length < headerBytes) {
        // A copy, for the chunk is many times as long.
        cutHeader = Buffer.from(rest)
        return false
      }
      const payloadBytes = payloadLength(rest)
      if (payloadBytes > maxFrameBytes) return true
      offset += headerBytes + payloadBytes
      payloadBytesLeft = Math.max(0, offset - bytes.length)
    }
    return false
  }
}

function headerLength(header: Buffer): number {
  if (header.length < 2) return 2
  const second = header.readUInt8(1)
  const extendedBytes = { 126: 2, 127: 8 }[second & 0x7f] ?? 0
  const maskBytes = second & 0x80 ? 4 : 0
  return 2 + extendedBytes + maskBytes
}

function payloadLength(header: Buffer): number {
  const length = header.readUInt8(1) & 0x7f
  if (length === 126) return header.readUInt16BE(2)
  if (length === 127) return Number(header.readBigUInt64BE(2))
  return length
}
