import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IngressEnv } from '../../services/ingress/context.ts'
import { readBytes } from '../../services/ingress/read-bytes.ts'

let server: Server
let outcome: PromiseWithResolvers<string>

beforeEach(async () => {
  outcome = Promise.withResolvers()
  outcome.promise.catch(() => {})
  const app = new Hono<IngressEnv>()
  app.post('/', async c => {
    outcome.resolve(readBytes(c).then(bytes => new TextDecoder().decode(bytes)))
    return new Response(await outcome.promise.catch(() => 'failed'))
  })
  server = createServer(getRequestListener(app.fetch))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function post(length: number | undefined) {
  const headers = length === undefined ? {} : { 'content-length': length }
  const { port } = server.address() as AddressInfo
  return request({ host: '127.0.0.1', port, method: 'POST', headers }).on('error', () => {})
}

test.each([6, undefined])('a body that comes in pieces is read whole, its length being %s', async length => {
  const sent = post(length)
  sent.write('one')
  await new Promise(resolve => server.once('request', resolve))
  sent.end('two')
  await expect(outcome.promise).resolves.toBe('onetwo')
})

test('a body of no bytes is read as that', async () => {
  post(0).end()
  await expect(outcome.promise).resolves.toBe('')
})

test('a longer body than can be valid is refused before it has come', async () => {
  post(256 * 1024 + 1).write('one')
  await expect(outcome.promise).rejects.toMatchObject({ status: 413 })
})

test('a client who leaves in the middle ends the reading of his body', async () => {
  const sent = post(6)
  sent.write('one')
  await new Promise(resolve => server.once('request', resolve))
  sent.destroy()
  await expect(outcome.promise).rejects.toThrow('aborted')
})
