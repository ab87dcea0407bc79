import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'
import { expect, test } from 'vitest'
import type { Handlers } from '../../services/gateway/handlers.ts'
import { MAX_HANDSHAKES } from '../../services/gateway/upgrade.ts'
import { connectTo, refusalOf, startTestGateway, tokenOf, waitUntil } from './gateway-harness.ts'

const ADA = 1
const denial: Awaited<ReturnType<Handlers['authorize']>> = {
  principalId: 'user',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' }],
  },
}

test('an idle socket is closed with 1001, one that pings is not', async () => {
  await using gateway = await startTestGateway({ limits: { idleTimeoutSeconds: 1 } })
  const idle = await gateway.connect(ADA)
  const busy = await gateway.connect(ADA)
  const pings = setInterval(() => busy.send({ action: 'ping' }), 300)
  expect(await idle.closed).toEqual({ code: 1001, reason: 'Going away' })
  expect(busy.socket.readyState).toBe(WebSocket.OPEN)
  clearInterval(pings)
  await waitUntil(async () => (await gateway.connectionsOf(ADA)).length === 1)
})

test('a socket is closed with 1001 at the end of its lifetime, busy or not', async () => {
  await using gateway = await startTestGateway({ limits: { maxLifetimeSeconds: 1 } })
  const client = await gateway.connect(ADA)
  const pings = setInterval(() => client.send({ action: 'ping' }), 100)
  expect((await client.closed).code).toBe(1001)
  clearInterval(pings)
})

test('a socket is closed with 4401 when its token ends', async () => {
  await using gateway = await startTestGateway()
  const lasting = await gateway.connect(ADA)
  const ending = await connectTo(`${gateway.url}/?token=${await tokenOf(ADA, 2)}`)
  expect(await ending.closed).toEqual({ code: 4401, reason: 'Token expired' })
  expect(lasting.socket.readyState).toBe(WebSocket.OPEN)
})

test('a socket more than a user may have takes the place of the oldest, which is closed with 4409', async () => {
  await using gateway = await startTestGateway({ maxSocketsPerUser: 2 })
  const oldest = await gateway.connect(ADA)
  await gateway.connect(ADA)
  const other = await gateway.connect(ADA + 1)
  const newest = await gateway.connect(ADA)
  expect(await oldest.closed).toEqual({ code: 4409, reason: 'Too many sockets' })
  expect(await gateway.connectionsOf(ADA)).toHaveLength(2)
  for (const { socket } of [other, newest]) expect(socket.readyState).toBe(WebSocket.OPEN)
})

test('a push that comes before the handshake has ended is delivered, not answered with 410', async () => {
  let early: Promise<unknown> | undefined
  await using gateway = await startTestGateway({
    overrides: handlers => ({
      async connect(event) {
        const result = await handlers.connect(event)
        const ConnectionId = event.requestContext.connectionId
        early = gateway.managementApi.send(
          new PostToConnectionCommand({ ConnectionId, Data: '{"type":"early"}' }),
        )
        await new Promise(resolve => setTimeout(resolve, 100))
        return result
      },
    }),
  })
  const client = await gateway.connect(ADA)
  expect(await client.next()).toEqual({ type: 'early' })
  await early
})

test.each<[string, number, Partial<Handlers>]>([
  ['a policy that denies', 403, { authorize: async () => denial }],
  ['an authorizer that fails', 500, { authorize: () => Promise.reject(new Error('boom')) }],
  ['a $connect that refuses', 503, { connect: async () => ({ statusCode: 503 }) }],
  ['a $connect that fails', 500, { connect: () => Promise.reject(new Error('boom')) }],
])('%s refuses the upgrade with %i', async (_, status, overrides) => {
  await using gateway = await startTestGateway({ overrides: () => overrides })
  expect(await refusalOf(`${gateway.url}?token=${await tokenOf(ADA)}`)).toBe(status)
})
test('a client that leaves while it is being admitted is disconnected again', async () => {
  const calls: string[] = []
  await using gateway = await startTestGateway({
    overrides: handlers => ({
      async connect(event) {
        calls.push('$connect')
        await new Promise(resolve => setTimeout(resolve, 100))
        return handlers.connect(event)
      },
      async disconnect(event) {
        calls.push('$disconnect')
        return handlers.disconnect(event)
      },
    }),
  })
  const socket = new WebSocket(`${gateway.url}?token=${await tokenOf(ADA)}`)
  await waitUntil(() => calls.length === 1)
  socket.close()
  await waitUntil(() => calls.length === 2)
  await waitUntil(async () => (await gateway.connectionsOf(ADA)).length === 0)
  expect(calls).toEqual(['$connect', '$disconnect'])
})

test('when many come at once they are admitted in turns, and who has left meanwhile is not asked about', async () => {
  let [running, most, connects] = [0, 0, 0]
  let letGo = () => {}
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  await using gateway = await startTestGateway({
    overrides: handlers => ({
      async connect(event) {
        connects++
        most = Math.max(most, ++running)
        await held
        running--
        return handlers.connect(event)
      },
    }),
  })
  const url = `${gateway.url}?token=${await tokenOf(ADA)}`
  const first = Array.from({ length: MAX_HANDSHAKES }, () => connectTo(url))
  await waitUntil(() => connects === MAX_HANDSHAKES)
  const leaving = new WebSocket(url)
  const left = new Promise(resolve => leaving.addEventListener('close', resolve))
  await new Promise(resolve => setTimeout(resolve, 100))
  leaving.close()
  await left
  const last = connectTo(url)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(connects).toBe(MAX_HANDSHAKES)
  letGo()
  await Promise.all([...first, last])
  expect({ most, connects }).toEqual({ most: MAX_HANDSHAKES, connects: MAX_HANDSHAKES + 1 })
})

test('a handler that throws is answered as API Gateway does, and the socket stays open', async () => {
  await using gateway = await startTestGateway({
    overrides: () => ({ default: () => Promise.reject(new Error('secret')) }),
  })
  const client = await gateway.connect(ADA)
  client.send({ action: 'ping' })
  expect(await client.next()).toMatchObject({
    message: 'Internal server error',
    connectionId: await gateway.connectionOf(ADA),
  })
})

test('a drain answers what it has read, closes every socket with 1001 and empties the registry', async () => {
  const gateway = await startTestGateway({
    overrides: handlers => ({
      async default(event) {
        await new Promise(resolve => setTimeout(resolve, 200))
        return handlers.default(event)
      },
    }),
  })
  const users = Array.from({ length: 50 }, (_, index) => index + 1)
  const clients = await Promise.all(users.map(user => gateway.connect(user)))
  clients[0]?.send({ action: 'ping', requestId: 'last' })
  await new Promise(resolve => setTimeout(resolve, 50))
  const drained = gateway.server[Symbol.asyncDispose]()
  expect((await clients[0]?.next())?.requestId).toBe('last')
  const codes = await Promise.all(clients.map(client => client.closed.then(({ code }) => code)))
  expect(new Set(codes)).toEqual(new Set([1001]))
  await drained
  for (const user of users) expect(await gateway.connectionsOf(user)).toEqual([])
  await expect(connectTo(`${gateway.url}?token=${await tokenOf(1)}`)).rejects.toThrow('ECONNREFUSED')
  await gateway[Symbol.asyncDispose]()
})

test('a client that does not answer the close cannot hold up the drain', async () => {
  const gateway = await startTestGateway()
  const client = await gateway.connect(ADA)
  client.socket.pause()
  const startedAt = Date.now()
  await gateway.server[Symbol.asyncDispose]()
  expect(Date.now() - startedAt).toBeLessThan(4000)
  expect(await gateway.connectionsOf(ADA)).toEqual([])
  client.socket.terminate()
  await gateway[Symbol.asyncDispose]()
})
