import { MAX_PAYLOAD_BYTES } from '../../shared/contract/frames.ts'
import { readConnectionId } from './read-connection-id.ts'

/** A push of HTTP/1.1, as far as its head tells. */
export interface PushHead {
  connectionId: string
  /** Where the payload begins and the request ends, counted from its first byte. */
  bodyStart: number
  end: number
}

const MAX_HEAD_BYTES = 8 * 1024
/** A path without a query; header lines of ASCII with a value, each on a line of its own. */
const HEAD = /^POST (\/[\w/@%.~$=+-]+) HTTP\/1\.1(?:\r\n[\w-]+: [ -~]+)+$/
/** Whatever else says how the request ends, or what becomes of its connection. */
const SPECIAL = /\r\n(?:transfer-encoding|expect|upgrade|connection|proxy-connection):/i
const HOST = /\r\nhost: /i
const LENGTH = /\r\ncontent-length: (\d{1,6})(?:\r|$)/i
const TWO_LENGTHS = /\r\ncontent-length:[\s\S]*\r\ncontent-length:/i

/**
 * Reads the plainest of requests: a POST to a connection, with a host and one length that a payload may have. Undefined for every other,
 * and for a head that is not whole: who takes only what this takes differs from no other reader of HTTP.
 */
export function readPushHead(bytes: Buffer): PushHead | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1 || headEnd > MAX_HEAD_BYTES) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const connectionId = readConnectionId(HEAD.exec(head)?.[1] ?? '')
  const length = Number(LENGTH.exec(head)?.[1] ?? Number.POSITIVE_INFINITY)
  if (connectionId === undefined || length > MAX_PAYLOAD_BYTES) return undefined
  if (!HOST.test(head) || SPECIAL.test(head) || TWO_LENGTHS.test(head)) return undefined
  const bodyStart = headEnd + 4
  return { connectionId, bodyStart, end: bodyStart + length }
}
