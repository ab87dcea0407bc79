/** Takes the bytes of answers of HTTP/1.1, or 1.0, apart (RFC 9112). */

export interface HttpAnswer {
  status: number
  body: string
}

export interface ReadAnswer extends HttpAnswer {
  /** Whether the connection may carry another request. */
  isKept: boolean
  /** How long the server promises to keep it open while it is quiet, if it says so. */
  keepAliveMs: number | undefined
}

export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError'
}

/** How a body ends. */
type Framing = { bytes: number } | 'chunked' | 'closed'

/** Undefined while more is to come; `isClosed` when nothing can. */
export function readAnswer(bytes: Buffer, isClosed: boolean): ReadAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const status = readStatus(head)
  const framing = framingOf(head, status)
  const found = readBody(bytes, headEnd + 4, framing, isClosed)
  if (found === undefined) return undefined
  const { body, end } = found
  if (end !== bytes.length) throw new UnreadableAnswerError('more came than one answer')
  const keepAlive = /\r\nkeep-alive:.*timeout=(\d+)/i.exec(head)?.[1]
  return {
    status,
    body,
    isKept: !isClosed && head.startsWith('HTTP/1.1') && !/\r\nconnection: *close/i.test(head),
    keepAliveMs: keepAlive === undefined ? undefined : Number(keepAlive) * 1000,
  }
}

/** An interim answer is for those who ask for one. */
function readStatus(head: string): number {
  const status = Number(/^HTTP\/1\.[01] ([2-5]\d\d)/.exec(head)?.[1])
  if (Number.isNaN(status)) throw new UnreadableAnswerError('no answer of HTTP/1')
  return status
}

function framingOf(head: string, status: number): Framing {
  if (status === 204 || status === 304) return { bytes: 0 }
  if (/\r\ntransfer-encoding:/i.test(head)) {
    if (/\r\ntransfer-encoding: *chunked *(?:\r\n|$)/i.test(head)) return 'chunked'
    throw new UnreadableAnswerError('a transfer coding other than chunked')
  }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  return length === undefined ? 'closed' : { bytes: Number(length) }
}

function readBody(
  bytes: Buffer,
  start: number,
  framing: Framing,
  isClosed: boolean,
): { body: string; end: number } | undefined {
  if (framing === 'chunked') return readChunks(bytes, start)
  if (framing === 'closed') {
    return isClosed ? { body: bytes.toString('utf8', start), end: bytes.length } : undefined
  }
  const end = start + framing.bytes
  return end <= bytes.length ? { body: bytes.toString('utf8', start, end), end } : undefined
}

/** Chunks up to the empty one, and the trailer behind it. */
function readChunks(bytes: Buffer, start: number): { body: string; end: number } | undefined {
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new UnreadableAnswerError('a chunk without a size')
    if (size === 0) {
      const trailerEnd = bytes.indexOf('\r\n\r\n', lineEnd)
      return trailerEnd === -1 ? undefined : { body: String(Buffer.concat(chunks)), end: trailerEnd + 4 }
    }
    at = lineEnd + 2 + size + 2
    if (at > bytes.length) return undefined
    if (bytes.toString('latin1', at - 2, at) !== '\r\n')
      throw new UnreadableAnswerError('a chunk longer than its size')
    chunks.push(bytes.subarray(lineEnd + 2, at - 2))
  }
}
