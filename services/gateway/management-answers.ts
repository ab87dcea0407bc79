import { writeHead } from '../../shared/write-head.ts'

export interface Answer {
  status: number
  body?: string
  /** The name by which the SDK knows an error. */
  errorType?: string
  type?: string
}

export const SENT: Answer = { status: 200 }
export const GONE: Answer = { status: 410, errorType: 'GoneException', body: '{"message":"Gone"}' }
export const FORBIDDEN: Answer = {
  status: 403,
  errorType: 'ForbiddenException',
  body: '{"message":"Forbidden"}',
}
export const TOO_LARGE: Answer = {
  status: 413,
  errorType: 'PayloadTooLargeException',
  body: '{"message":"Payload too large"}',
}
export const FAILED: Answer = { status: 500, body: '{"message":"Internal server error"}' }

/** Those of a push, as they go over the wire. */
const messages = new Map([SENT, GONE, FAILED].map(answer => [answer, writeMessage(answer)]))

/** Headers that its callers have no use for would cost them, and us, a tenth of every push. */
export function headersOf({ status, body, errorType, type }: Answer): Record<string, string | number> {
  return {
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body ?? '') }),
    ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
    ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
  }
}

/** The whole answer of HTTP/1.1, for who writes it without Node's server. */
export function messageOf(answer: Answer): string {
  return messages.get(answer) ?? writeMessage(answer)
}

function writeMessage(answer: Answer): string {
  return `${writeHead(answer.status, headersOf(answer))}${answer.body ?? ''}`
}
