import { randomBytes } from 'node:crypto'

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The W3C `traceparent` a request came with, or a new one. A malformed one counts as none. */
export function traceparentOf(header: string | undefined): string {
  if (header !== undefined && TRACEPARENT.test(header)) return header
  return `00-${randomHex(16)}-${randomHex(8)}-01`
}

/** Drawn in large pieces: a draw of a few bytes costs nearly as much. */
let drawn = ''
const DRAWN_BYTES = 4_096

function randomHex(bytes: number): string {
  if (drawn.length < bytes * 2) drawn = randomBytes(DRAWN_BYTES).toString('hex')
  const hex = drawn.slice(0, bytes * 2)
  drawn = drawn.slice(bytes * 2)
  return hex
}

/** The trace id inside a traceparent, for logs. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.split('-')[1]
}
