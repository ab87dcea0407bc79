import { STATUS_CODES } from 'node:http'

/** What a header's value must not have, so that nothing which comes from outside begins another line. */
const FORBIDDEN = /[^\t -~]/

/**
 * The head of an answer of HTTP/1.1, for who writes it without Node's server. `moreLines` are headers that are lines already, each
 * with its end. Throws where a value is more than a line of ASCII.
 */
export function writeHead(status: number, headers: Record<string, string | number>, moreLines = ''): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
  for (const name in headers) {
    const value = headers[name] as string | number
    if (typeof value === 'string' && FORBIDDEN.test(value))
      throw new TypeError(`the header ${name} has a character that it must not have`)
    head += `${name}: ${value}\r\n`
  }
  return `${head}${moreLines}\r\n`
}
