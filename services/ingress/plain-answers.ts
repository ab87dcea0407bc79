/**
 * Takes in: plain requests, which never were requests of node:http.
 * Guarantees: the app answers them as all others, and the answer says the same; while the server ends, it asks the client to leave.
 * Gives out: answers as bytes.
 */
import type { Server } from 'node:http'
import type { Hono } from 'hono'
import type { QuickAnswers } from '../../shared/quick-requests.ts'
import { writeHead } from '../../shared/write-head.ts'
import type { IngressEnv, PlainExchange } from './context.ts'
import { type PlainHead, readPlainHead } from './plain-head.ts'

const NO_CONTENT = 204

/** `answerFailure`: for what the app throws. */
export function createPlainAnswers(
  app: Hono<IngressEnv>,
  server: Server,
  maxHeadBytes: number,
  answerFailure: (error: unknown) => Response,
): QuickAnswers<PlainHead> {
  async function answer(head: PlainHead, body: Buffer): Promise<string | Buffer> {
    const exchange: PlainExchange = { body }
    const response = await app.fetch(head as unknown as Request, { plain: exchange })
    const { answered } = exchange
    // What CORS adds for web pages stands in the response alone.
    if (!answered || head.headers.has('origin')) return await write(response)
    const { status, headers, text } = answered
    const length = status === NO_CONTENT ? '' : `Content-Length: ${Buffer.byteLength(text)}\r\n`
    return `${writeHead(status, headers, connectionLines() + length)}${text}`
  }

  async function write(response: Response): Promise<Buffer> {
    const body = Buffer.from(await response.arrayBuffer())
    const headers = Object.fromEntries(response.headers)
    const length = response.status !== NO_CONTENT && { 'Content-Length': body.length }
    const head = writeHead(response.status, { ...headers, ...length }, connectionLines())
    return Buffer.concat([Buffer.from(head), body])
  }

  /** What node:http says besides. */
  function connectionLines(): string {
    if (!server.listening) return `${dateLine()}Connection: close\r\n`
    return `${dateLine()}Connection: keep-alive\r\nKeep-Alive: timeout=${server.keepAliveTimeout / 1_000}\r\n`
  }

  return {
    readHead: bytes => readPlainHead(bytes, maxHeadBytes),
    answer: (head, body) => answer(head, body).catch(error => write(answerFailure(error))),
  }
}

let dateSecond = 0
let date = ''

/** RFC 9110 §6.6.1; made once a second. */
function dateLine(): string {
  const second = Math.floor(Date.now() / 1_000)
  if (second !== dateSecond) {
    dateSecond = second
    date = `Date: ${new Date(second * 1_000).toUTCString()}\r\n`
  }
  return date
}
