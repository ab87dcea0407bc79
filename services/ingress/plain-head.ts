/** A request of HTTP/1.1, as far as its head tells. Of a `Request` it has what Hono reads of one without a body. */
export interface PlainHead {
  method: string
  url: string
  /** By names in small letters. */
  headers: ReadonlyMap<string, string>
  /** Where the body begins and the request ends, counted from its first byte. */
  bodyStart: number
  end: number
}

/** Ten times the longest message of the usual kind; more is for who does not hold all of it in memory. */
const MAX_BODY_BYTES = 64 * 1024

/** A path without dots and escapes, perhaps a query; header lines of ASCII with a value, each on a line of its own. */
const HEAD =
  /^(?:GET|POST|PATCH|DELETE) (?:\/[\w-]+)+(?:\?[\w=&.,:~%-]*)? HTTP\/1\.1(?:\r\n[A-Za-z][A-Za-z0-9-]*: [!-~](?:[ -~]*[!-~])?)+$/
const HOST = /^[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?$/
const LENGTH = /^\d{1,5}$/
const JSON_TYPE = /^application\/json(?:;|$)/i
/** Whatever else says how the request is to be read, or what becomes of its connection. */
const SPECIAL = [
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  'proxy-connection',
  'te',
  'trailer',
]

/**
 * Reads the plainest of requests, which are nearly all: to a path of the API, without a body or with JSON of a length that is told, and
 * every header once. Undefined for every other, and for a head that is not whole: who takes only what this takes differs from no
 * other reader of HTTP.
 */
export function readPlainHead(bytes: Buffer, maxHeadBytes: number): PlainHead | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1 || headEnd > maxHeadBytes) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  if (!HEAD.test(head)) return undefined
  const headers = readHeaders(bytes, head)
  const length = headers && lengthOf(headers)
  const host = headers?.get('host')
  if (headers === undefined || length === undefined || host === undefined || !HOST.test(host))
    return undefined
  const [method, target] = head.split(' ', 2) as [string, string]
  const bodyStart = headEnd + 4
  return { method, url: `http://${host}${target}`, headers, bodyStart, end: bodyStart + length }
}

/**
 * Undefined where a name comes twice. Values are copies: a slice would keep the whole head for as long as somebody remembers the
 * token in it.
 */
function readHeaders(bytes: Buffer, head: string): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>()
  for (let end = head.indexOf('\r\n'); end !== -1; ) {
    const start = end + 2
    const colon = head.indexOf(':', start)
    const name = head.slice(start, colon).toLowerCase()
    if (headers.has(name)) return undefined
    end = head.indexOf('\r\n', colon)
    headers.set(name, bytes.toString('latin1', colon + 2, end === -1 ? head.length : end))
  }
  return headers
}

/** Of the body, bytes; undefined where it is not plain what follows the head, or what becomes of the connection. */
function lengthOf(headers: ReadonlyMap<string, string>): number | undefined {
  const connection = headers.get('connection')
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined
  if (SPECIAL.some(name => headers.has(name))) return undefined
  const told = headers.get('content-length') ?? '0'
  if (!LENGTH.test(told) || Number(told) > MAX_BODY_BYTES) return undefined
  if (Number(told) > 0 && !JSON_TYPE.test(headers.get('content-type') ?? '')) return undefined
  return Number(told)
}
