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

/** More than any call of AWS answers: BatchGetItem gives 16 MB, which JSON makes longer. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_HEAD_BYTES = 64 * 1024
const LENGTH = /\r\ncontent-length:[ \t]*([^\r]*)/gi
const CODING = /\r\ntransfer-encoding:[ \t]*([^\r]*)/gi

/** How a body ends. */
type Framing = { bytes: number } | 'chunked' | 'closed'
type Body = { body: string; end: number }

/**
 * The answer, or while more is to come the number of bytes that it has at least; `isClosed` when nothing can come.
 * Throws UnreadableAnswerError where two readers might disagree on where it ends.
 */
export function readAnswer(bytes: Buffer, isClosed: boolean): ReadAnswer | number {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) {
    if (bytes.length > MAX_HEAD_BYTES) throw new UnreadableAnswerError('headers without an end')
    return bytes.length + 1
  }
  const head = bytes.toString('latin1', 0, headEnd)
  const status = readStatus(head)
  const found = readBody(bytes, headEnd + 4, framingOf(head, status), isClosed)
  if (typeof found === 'number') {
    if (found > MAX_BYTES) throw new UnreadableAnswerError(`more than ${MAX_BYTES} bytes`)
    return found
  }
  if (found.end !== bytes.length) throw new UnreadableAnswerError('more came than one answer')
  const keepAlive = /\r\nkeep-alive:.*timeout=(\d+)/i.exec(head)?.[1]
  return {
    status,
    body: found.body,
    isKept: !isClosed && head.startsWith('HTTP/1.1') && !/\r\nconnection:.*\bclose\b/i.test(head),
    keepAliveMs: keepAlive === undefined ? undefined : Number(keepAlive) * 1000,
  }
}

/** An interim answer is for those who ask for one. */
function readStatus(head: string): number {
  const status = Number(/^HTTP\/1\.[01] ([2-5]\d\d)(?: |\r|$)/.exec(head)?.[1])
  if (Number.isNaN(status)) throw new UnreadableAnswerError('no answer of HTTP/1')
  return status
}

function framingOf(head: string, status: number): Framing {
  if (status === 204 || status === 304) return { bytes: 0 }
  const coding = readOnce(head, CODING)
  const length = readOnce(head, LENGTH)
  if (coding !== undefined) {
    if (length !== undefined) throw new UnreadableAnswerError('a length and a transfer coding')
    if (/^chunked[ \t]*$/i.test(coding)) return 'chunked'
    throw new UnreadableAnswerError('a transfer coding other than chunked')
  }
  if (length === undefined) return 'closed'
  if (!/^\d+[ \t]*$/.test(length)) throw new UnreadableAnswerError('a length that is no number')
  return { bytes: Number(length) }
}

function readOnce(head: string, header: RegExp): string | undefined {
  header.lastIndex = 0
  const value = header.exec(head)?.[1]
  if (value !== undefined && header.test(head)) throw new UnreadableAnswerError('a length or coding twice')
  return value
}

function readBody(bytes: Buffer, start: number, framing: Framing, isClosed: boolean): Body | number {
  if (framing === 'chunked') return readChunks(bytes, start)
  if (framing === 'closed') {
    return isClosed ? { body: bytes.toString('utf8', start), end: bytes.length } : bytes.length + 1
  }
  const end = start + framing.bytes
  return end <= bytes.length ? { body: bytes.toString('utf8', start, end), end } : end
}

/** Chunks up to the empty one, and the trailer behind it. */
function readChunks(bytes: Buffer, start: number): Body | number {
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return bytes.length + 1
    const size = readChunkSize(bytes.toString('latin1', at, lineEnd))
    if (size === 0) {
      const trailerEnd = bytes.indexOf('\r\n\r\n', lineEnd)
      if (trailerEnd === -1) return bytes.length + 1
      return { body: String(Buffer.concat(chunks)), end: trailerEnd + 4 }
    }
    at = lineEnd + 2 + size + 2
    if (at > bytes.length) return at
    if (bytes.toString('latin1', at - 2, at) !== '\r\n')
      throw new UnreadableAnswerError('a chunk longer than its size')
    chunks.push(bytes.subarray(lineEnd + 2, at - 2))
  }
}

/** Digits alone: a sign would lead back to what was read. */
function readChunkSize(line: string): number {
  const digits = /^([\da-f]+)[ \t]*(?:;|$)/i.exec(line)?.[1]
  if (digits === undefined) throw new UnreadableAnswerError('a chunk without a size')
  return Number.parseInt(digits, 16)
}
