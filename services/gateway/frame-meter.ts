const LONGEST_HEADER_BYTES = 14

/**
 * Reads the frame headers (RFC 6455 §5.2) in a client's byte stream, since `ws` bounds whole messages only.
 * The function returned is given each chunk and tells whether a frame longer than `maxFrameBytes` begins in it.
 */
export function createFrameMeter(maxFrameBytes: number): (chunk: Buffer) => boolean {
  const header = Buffer.alloc(LONGEST_HEADER_BYTES)
  let headerBytes = 0
  let payloadBytesLeft = 0

  return chunk => {
    let offset = 0
    while (offset < chunk.length) {
      if (payloadBytesLeft > 0) {
        const skipped = Math.min(payloadBytesLeft, chunk.length - offset)
        payloadBytesLeft -= skipped
        offset += skipped
        continue
      }
      header[headerBytes++] = chunk.readUInt8(offset++)
      if (headerBytes < headerLength(header, headerBytes)) continue
      payloadBytesLeft = payloadLength(header)
      headerBytes = 0
      if (payloadBytesLeft > maxFrameBytes) return true
    }
    return false
  }
}

function headerLength(header: Buffer, known: number): number {
  if (known < 2) return 2
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
