import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
import { createPusher } from '../../shared/connections/push.ts'
import { openRaw, parseAnswers } from '../support/raw-http.ts'
import { createManagementApi, type Gateway, startTestGateway, waitUntil } from './gateway-harness.ts'

const KB = 1024
let gateway: Gateway
let lastUserId = 0

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function connectOne() {
  const user = ++lastUserId
  const client = await gateway.connect(user)
  return { client, ConnectionId: await gateway.connectionOf(user) }
}

const frameOf = (bytes: number) => JSON.stringify({ type: 'big', data: 'x'.repeat(bytes - 25) })

test('a POST by the SDK reaches the socket as a text frame', async () => {
  const { client, ConnectionId } = await connectOne()
  const frame = { type: 'newMessage', data: { textContent: 'grüße 👋' } }
  await gateway.managementApi.send(
    new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(JSON.stringify(frame)) }),
  )
  expect(await client.next()).toEqual(frame)
  client.socket.close()
})

test('the API answers below a stage too, as it does on AWS', async () => {
  const { client, ConnectionId } = await connectOne()
  const staged = createManagementApi(`${gateway.managementUrl}/production`)
  await staged.send(new PostToConnectionCommand({ ConnectionId, Data: '{"type":"staged"}' }))
  expect(await client.next()).toEqual({ type: 'staged' })
  staged.destroy()
  client.socket.close()
})

test('a GET tells since when and from where the socket is connected', async () => {
  const { client, ConnectionId } = await connectOne()
  const found = await gateway.managementApi.send(new GetConnectionCommand({ ConnectionId }))
  expect(found.ConnectedAt?.getTime()).toBeGreaterThan(Date.now() - 5000)
  expect(found.LastActiveAt).toBeInstanceOf(Date)
  expect(found.Identity?.SourceIp).toContain('127.0.0.1')
  client.socket.close()
})

test('a DELETE closes the socket', async () => {
  const { client, ConnectionId } = await connectOne()
  await gateway.managementApi.send(new DeleteConnectionCommand({ ConnectionId }))
  expect((await client.closed).code).toBe(1000)
})

test.each([
  ['POST', (ConnectionId: string) => new PostToConnectionCommand({ ConnectionId, Data: '{}' })],
  ['GET', (ConnectionId: string) => new GetConnectionCommand({ ConnectionId })],
  ['DELETE', (ConnectionId: string) => new DeleteConnectionCommand({ ConnectionId })],
])('a %s to a closed connection is answered Gone', async (_, commandFor) => {
  const { client, ConnectionId } = await connectOne()
  client.socket.close()
  await client.closed
  await new Promise(resolve => setTimeout(resolve, 20))
  for (const id of [ConnectionId, 'L0SM9cOFvHcCIhw=', '%E0%A4%A'])
    await expect(
      gateway.managementApi.send(commandFor(id) as PostToConnectionCommand),
    ).rejects.toBeInstanceOf(GoneException)
})

test('a payload of 128 KB is pushed, one byte more is answered PayloadTooLarge', async () => {
  const { client, ConnectionId } = await connectOne()
  const Data = Buffer.from(frameOf(128 * KB)).subarray(0, 128 * KB)
  client.socket.removeAllListeners('message')
  const received = new Promise<number>(resolve =>
    client.socket.once('message', data => resolve((data as Buffer).length)),
  )
  await gateway.managementApi.send(new PostToConnectionCommand({ ConnectionId, Data }))
  expect(await received).toBe(Data.length)
  const tooLarge = Buffer.alloc(128 * KB + 1, 'x')
  await expect(
    gateway.managementApi.send(new PostToConnectionCommand({ ConnectionId, Data: tooLarge })),
  ).rejects.toBeInstanceOf(PayloadTooLargeException)
  client.socket.close()
})

test('a socket that does not read slows its senders down, and is then dropped and gone', async () => {
  const { client, ConnectionId } = await connectOne()
  client.socket.pause()
  const push = createPusher(gateway.managementApi)
  const payload = frameOf(128 * KB - 100)
  let pushed = 0
  const startedAt = Date.now()
  while ((await push(ConnectionId, payload)) === 'pushed') pushed++
  expect(Date.now() - startedAt).toBeGreaterThan(2500)
  // What the kernel buffers and the high-water mark hold, and no more.
  expect(pushed * 128 * KB).toBeLessThan(32 * KB * KB)
  expect(await push(ConnectionId, payload)).toBe('gone')
  client.socket.terminate()
}, 15_000)

test('a push to one socket does not wait for another that does not read', async () => {
  const slow = await connectOne()
  const quick = await connectOne()
  slow.client.socket.pause()
  const push = createPusher(gateway.managementApi)
  let isSlowDone = false
  const flood = (async () => {
    while ((await push(slow.ConnectionId, frameOf(120 * KB))) === 'pushed');
    isSlowDone = true
  })()
  for (let count = 0; count < 20; count++)
    expect(await push(quick.ConnectionId, '{"type":"quick"}')).toBe('pushed')
  expect(isSlowDone).toBe(false)
  slow.client.socket.terminate()
  await flood
  quick.client.socket.close()
})

test('pushes by the lean lane reach the socket in order, and a closed one is Gone', async () => {
  const { client, ConnectionId } = await connectOne()
  const lane = takeLeanLane(createManagementApi(gateway.managementUrl), { CHAT_LEAN_LANE: 'on' })
  const push = createPusher(lane)
  for (let data = 0; data < 20; data++)
    expect(await push(ConnectionId, JSON.stringify({ type: 'grüße', data }))).toBe('pushed')
  for (let data = 0; data < 20; data++) expect(await client.next()).toEqual({ type: 'grüße', data })
  client.socket.close()
  await client.closed
  await expect.poll(() => push(ConnectionId, '{}')).toBe('gone')
  lane.destroy()
})

test('a drain answers a push that waits for a slow socket, and then ends its connection', async () => {
  const draining = await startTestGateway()
  const client = await draining.connect(1)
  const path = `/@connections/${encodeURIComponent(await draining.connectionOf(1))}`
  client.socket.pause()
  const raw = await openRaw(draining.managementUrl)
  let answers = 0
  raw.socket.on('data', () => answers++)
  const payload = 'x'.repeat(100 * KB)
  // Until one is not answered.
  for (let pushed = 0; pushed === answers; pushed++) {
    raw.write(`POST ${path} HTTP/1.1\r\nhost: h\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`)
    await waitUntil(() => answers > pushed, 1_000).catch(() => {})
  }
  await draining[Symbol.asyncDispose]()
  const statuses = parseAnswers(await raw.rest()).map(({ status }) => status)
  expect(statuses).toEqual([...Array(answers - 1).fill(200), 410])
  client.socket.terminate()
})

test('health and metrics are on the management port', async () => {
  expect((await fetch(`${gateway.managementUrl}/health/live`)).status).toBe(200)
  expect((await fetch(`${gateway.managementUrl}/health/ready`)).status).toBe(200)
  expect(await (await fetch(`${gateway.managementUrl}/metrics`)).text()).toContain(
    'chat_gateway_open_sockets',
  )
  expect((await fetch(`${gateway.managementUrl}/other`)).status).toBe(404)
})
