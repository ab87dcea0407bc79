import { randomBytes } from 'node:crypto'

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The W3C `traceparent` a request came with, or a new one. A malformed one counts as none. */
export function traceparentOf(header: string | undefined): string {
  if (header !== undefined && TRACEPARENT.test(header)) return header
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}

/** The trace id inside a traceparent, for logs. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.split('-')[1]
}
