import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { httpServerLimits } from '../../shared/http-limits.ts'
import { listen } from '../../shared/listen.ts'

async function startServer() {
  const limits = httpServerLimits({
    HEADERS_TIMEOUT_SECONDS: 1,
    REQUEST_TIMEOUT_SECONDS: 2,
    MAX_HEADER_BYTES: 4_096,
  })
  const server = createServer({ ...limits, connectionsCheckingInterval: 200 }, (request, response) => {
    request.resume().once('end', () => response.end('ok'))
  })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    /** What the server says to these bytes before it closes. */
    async answerTo(bytes: string) {
      const socket = connect(port, '127.0.0.1')
      socket.write(bytes)
      return (await text(socket)).split('\r\n')[0]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test.each([
  ['headers that do not end', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', '408 Request Timeout'],
  [
    'a body that does not end',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc',
    '408 Request Timeout',
  ],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(5_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
  ],
])('%s: the server answers so and closes the connection', async (_, bytes, answer) => {
  await using server = await startServer()
  expect(await server.answerTo(bytes)).toBe(`HTTP/1.1 ${answer}`)
})
