import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepareDrain } from '../../services/ingress/drain-server.ts'

let server: Server
let drain: () => Promise<void>
let agent: Agent
let port: number
let answer: (() => void) | undefined

beforeEach(async () => {
  server = createServer((incoming, response) => {
    answer = () => response.end('answer')
    if (incoming.url === '/now') answer()
  })
  server.keepAliveTimeout = 65_000
  drain = prepareDrain(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
})

afterEach(() => {
  agent.destroy()
  server.closeAllConnections()
})

test('a request under way is answered, and its connection closed with the answer', async () => {
  await get('/now')
  const asked = get('/later')
  await expect.poll(() => answer).toBeDefined()
  const drained = drain()
  answer?.()
  await expect(asked).resolves.toEqual({ body: 'answer', connection: 'close' })
  await drained
})

test('a request that a client sends on its open connection as the drain begins is answered, too', async () => {
  await get('/now')
  const drained = drain()
  await expect(get('/now')).resolves.toEqual({ body: 'answer', connection: 'close' })
  await drained
  await expect(get('/now')).rejects.toThrow('ECONNREFUSED')
})

test('a connection that stays silent holds up nothing', { timeout: 3_000 }, async () => {
  await get('/now')
  await drain()
})

function get(path: string): Promise<{ body: string; connection: string | undefined }> {
  answer = undefined
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent }, async response => {
      const body = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString()
      resolve({ body, connection: response.headers.connection })
    })
      .once('error', reject)
      .end()
  })
}
