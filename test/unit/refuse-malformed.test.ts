import { createServer, type RequestListener } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { listen } from '../../shared/listen.ts'
import { refuseMalformed } from '../../shared/refuse-malformed.ts'
import { openRaw, parseAnswers, sendRaw } from '../support/raw-http.ts'

const started = new AsyncDisposableStack()
afterAll(() => started.disposeAsync())

async function serve(listener: RequestListener, options = {}): Promise<string> {
  const server = createServer(options, listener)
  refuseMalformed(server)
  started.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

test('an answer under way is given before the connection ends for what came behind its request', async () => {
  let answer = () => {}
  let isAsked = () => {}
  const asked = new Promise<void>(resolve => {
    isAsked = resolve
  })
  const url = await serve((_, response) => {
    answer = () => void response.writeHead(200, { 'content-length': 2 }).end('ok')
    isAsked()
  })
  const connection = await openRaw(url)
  connection.write(`${GET}garbage\r\n\r\n`)
  await asked
  answer()
  expect(parseAnswers(await connection.rest()).map(({ status, body }) => [status, body])).toEqual([
    [200, 'ok'],
  ])
})

test('an answer that has begun is not spoilt by another', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('begun')
    request.resume()
  })
  const received = await (async () => {
    const connection = await openRaw(url)
    connection.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    connection.socket.once('data', () => connection.write('no chunk\r\n'))
    return connection.rest()
  })()
  expect(received).toMatch(/begun$/)
})

test('who is too slow is told so', async () => {
  const url = await serve(() => {}, { headersTimeout: 50, connectionsCheckingInterval: 20 })
  const [answer] = await sendRaw(url, 'GET / HTTP/1.1\r\nX-Slow: ')
  expect(answer?.status).toBe(408)
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 408, title: 'Request Timeout' })
})
