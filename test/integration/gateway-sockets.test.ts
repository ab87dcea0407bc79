import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signToken } from '../../shared/auth.ts'
import {
  connectTo,
  type Gateway,
  refusalOf,
  startTestGateway,
  tokenOf,
  waitUntil,
} from './gateway-harness.ts'

const TEXT = { contentType: 'text', textContent: 'hi' }
let gateway: Gateway
let lastUserId = 100

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const newUser = () => ++lastUserId

test("the seed's browser snippet gets its acknowledgement, on a path with a stage as well", async () => {
  const socket = new WebSocket(`${gateway.url}/production?token=${await tokenOf(newUser())}`)
  socket.onopen = () =>
    socket.send(
      JSON.stringify({
        action: 'sendMessage',
        data: { recipientId: '123', contentType: 'text', textContent: 'Test message' },
      }),
    )
  const frame = await new Promise<string>(resolve => {
    socket.onmessage = event => resolve(event.data)
  })
  expect(JSON.parse(frame)).toMatchObject({
    type: 'ack',
    data: { textContent: 'Test message', status: 'pending' },
  })
  socket.close()
})

test.each([
  ['no token', undefined, 401],
  ['an expired token', await tokenOf(1, -10), 401],
  ['a token of another key', await signToken('another-secret-of-32-characters-!!!!', 1, 60), 401],
  ['alg:none', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', 401],
])('an upgrade with %s is refused', async (_, token, status) => {
  expect(await refusalOf(gateway.url + (token === undefined ? '' : `/?token=${token}`))).toBe(status)
})

test('an upgrade below the stage is refused', async () => {
  expect(await refusalOf(`${gateway.url}/a/b?token=${await tokenOf(1)}`)).toBe(403)
})

test.each(['//', '//@', 'ws://', '*', '/%zz?token=%', '/?token=a&token=b'])(
  'an upgrade of %s is refused and harms nobody',
  async target => {
    const tcp = connectTcp(gateway.server.port, '127.0.0.1')
    tcp.end(
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const answer = (await tcp.toArray()).join('')
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /)
  },
)

test('a socket is in the registry while it is open, and not after', async () => {
  const user = newUser()
  const phone = await gateway.connect(user)
  const tablet = await gateway.connect(user)
  expect(await gateway.connectionsOf(user)).toHaveLength(2)
  phone.socket.close()
  await waitUntil(async () => (await gateway.connectionsOf(user)).length === 1)
  tablet.socket.terminate()
  await waitUntil(async () => (await gateway.connectionsOf(user)).length === 0)
})

test.each([
  ['not JSON', 'hello'],
  ['no action', '{"data":{}}'],
  ['an unknown action', '{"action":"fly"}'],
])('a frame with %s gets an error and the socket stays open', async (_, frame) => {
  const client = await gateway.connect(newUser())
  client.send(frame)
  expect(await client.next()).toMatchObject({ type: 'error', data: { status: 400 } })
  client.send({ action: 'ping', requestId: 'still there' })
  expect(await client.next()).toMatchObject({ type: 'pong', requestId: 'still there' })
  client.socket.close()
})

test('a binary frame gets an error and the socket stays open', async () => {
  const client = await gateway.connect(newUser())
  client.socket.send(Buffer.from([1, 2, 3]))
  expect(await client.next()).toMatchObject({ type: 'error', data: { status: 400 } })
  client.socket.close()
})

test('a frame of 33 KB ends the socket with 1009 and is not handled', async () => {
  const client = await gateway.connect(newUser())
  const before = gateway.commands.length
  client.send({ action: 'sendMessage', data: { recipientId: 1, ...TEXT }, padding: 'x'.repeat(33 * 1024) })
  expect((await client.closed).code).toBe(1009)
  expect(gateway.commands).toHaveLength(before)
})

test('a message of 100 KB in frames of 32 KB is taken in; one of 129 KB ends the socket', async () => {
  const client = await gateway.connect(newUser())
  const sendInFrames = (bytes: number) => {
    const text = JSON.stringify({ action: 'ping', requestId: 'long', padding: 'x'.repeat(bytes - 60) })
    for (let start = 0; start < text.length; start += 32_000)
      client.socket.send(text.slice(start, start + 32_000), { fin: start + 32_000 >= text.length })
  }
  sendInFrames(100 * 1024)
  expect(await client.next()).toMatchObject({ type: 'pong', requestId: 'long' })
  sendInFrames(129 * 1024)
  expect((await client.closed).code).toBe(1009)
})

test('200 messages sent in one go are accepted and acknowledged in order', async () => {
  const [sender, recipient] = [newUser(), newUser()]
  const client = await gateway.connect(sender)
  const texts = Array.from({ length: 200 }, (_, index) => `message ${index}`)
  for (const textContent of texts)
    client.send({
      action: 'sendMessage',
      data: { recipientId: recipient, contentType: 'text', textContent },
      requestId: textContent,
    })
  const acknowledged: (string | undefined)[] = []
  for (const _ of texts) acknowledged.push((await client.next()).requestId)
  expect(acknowledged).toEqual(texts)
  const accepted = gateway.commands.filter(command => command.userId === sender)
  expect(accepted.map(({ data }) => (data as { textContent?: string }).textContent)).toEqual(texts)
  client.socket.close()
})

test('what a client sent right before it left is still accepted', async () => {
  const sender = newUser()
  const client = await gateway.connect(sender)
  client.send({ action: 'sendMessage', data: { recipientId: 1, ...TEXT } })
  client.socket.close()
  await client.closed
  await waitUntil(() => gateway.commands.some(command => command.userId === sender))
})

test('the public port says that it lives, and asks others to upgrade', async () => {
  const publicUrl = gateway.url.replace('ws:', 'http:')
  expect((await fetch(`${publicUrl}/health/live`)).status).toBe(200)
  expect((await fetch(`${publicUrl}/`)).status).toBe(426)
  expect((await fetch(`${publicUrl}/@connections/abc`, { method: 'POST' })).status).toBe(426)
})

test('a second connection of the user gets another connection id', async () => {
  const user = newUser()
  const clients = [
    await gateway.connect(user),
    await connectTo(`${gateway.url}?token=${await tokenOf(user)}`),
  ]
  const ids = await gateway.connectionsOf(user)
  expect(new Set(ids).size).toBe(2)
  for (const id of ids) expect(id).toMatch(/^[\w-]{15}=$/)
  for (const { socket } of clients) socket.close()
})
