import { expect, test, vi } from 'vitest'
import { type ChatClientOptions, createChatClient } from '../../../client/src/index.ts'
import {
  CONVERSATION_ID,
  createFakeServer,
  makeConversation,
  makeMessage,
  pendingOf,
  tokenOf,
} from '../../support/fake-chat-server.ts'
import { pass, takeFakeTime } from '../../support/fake-time.ts'

const MINUTE = 60_000

takeFakeTime()

function startClient(change: Partial<ChatClientOptions> = {}) {
  const server = createFakeServer()
  const client = createChatClient({ ...server.options, ...change })
  const states: string[] = []
  client.on('connection', ({ status }) => states.push(status))
  const state = () => client.connection.getSnapshot()
  return { server, client, states, state }
}

test('a client connects with a ticket, catches up, and is online; no token is in the address', async () => {
  const { server, client, state } = startClient()
  expect(state().status).toBe('connecting')
  await pass(100)
  expect(state()).toEqual({ status: 'online' })
  expect(client.userId).toBe(1)
  expect(server.sockets[0]?.url).toBe('ws://socket.test?ticket=ticket-1')
  expect(server.callsTo('GET', /^\/conversations\?/)).toHaveLength(1)
})

test('a socket that is lost is opened again after a jittered wait that doubles while nothing opens', async () => {
  const { server, state } = startClient()
  await pass(100)
  server.settings.opens = false
  server.openSockets()[0]?.drop()
  const waits: number[] = []
  for (let attempt = 0; attempt < 8; attempt++) {
    await pass(0)
    expect(state().status).toBe('offline')
    const waitMs = (state().retryAt as number) - Date.now()
    waits.push(waitMs)
    await pass(waitMs)
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  server.settings.opens = true
  await pass(30_000)
  expect(state()).toEqual({ status: 'online' })
})

test('the app in front, or the network back: the next attempt comes at once', async () => {
  const { server, client, state } = startClient()
  server.settings.opens = false
  await pass(20_000)
  server.settings.opens = true
  client.connection.check()
  await pass(100)
  expect(state().status).toBe('online')
})

test('a check brings what is new and sends what waits at once, though no socket opens for long', async () => {
  const { server, client } = startClient({ WebSocket: class {} as unknown as typeof WebSocket })
  server.on('GET', /./, () => new Error('no network'))
  server.on('POST', /^\/messages$/, () => new Error('no network'))
  client.send({ recipientId: 2 }, { textContent: 'hello' })
  await pass(5_000)
  const lists = { data: [makeConversation({ lastSeq: 1, unreadCount: 1 })], page: {} }
  server.on('GET', /^\/conversations\?/, () => ({ status: 200, json: lists }))
  server.on('POST', /^\/messages$/, ({ body }) => ({ status: 202, json: { data: pendingOf(body) } }))
  const sends = () => server.callsTo('POST', /^\/messages$/).length
  const before = sends()
  client.connection.check()
  await pass(50)
  expect(client.conversations.list.getSnapshot().unreadCount).toBe(1)
  expect(sends()).toBe(before + 1)
})

test('a socket that opens but never speaks is closed, and the state says so', async () => {
  const { server, state } = startClient()
  server.settings.pongs = false
  await pass(9_000)
  expect(state().status).toBe('catching-up')
  await pass(1_100)
  expect(state()).toMatchObject({ status: 'offline', error: { code: 'socket' } })
  expect(server.sockets[0]?.isClosed).toBe(true)
})

test('a socket that died unnoticed is found by a check within three seconds', async () => {
  const { server, client, state } = startClient()
  await pass(100)
  server.settings.pongs = false
  client.connection.check()
  await pass(3_100)
  expect(state().status).toBe('offline')
})

test('a quiet socket is pinged every five minutes, and one that gives no answer is replaced', async () => {
  const { server, state } = startClient()
  await pass(100)
  const pings = () => server.sockets[0]?.sent.filter(({ action }) => action === 'ping').length
  expect(pings()).toBe(1)
  await pass(20 * MINUTE)
  expect(pings()).toBe(5)
  server.settings.pongs = false
  await pass(5 * MINUTE + 10_500)
  expect(server.sockets[0]?.isClosed).toBe(true)
  server.settings.pongs = true
  await pass(12_000)
  expect(state().status).toBe('online')
})

test('before the two hours are over the socket is renewed: the old one stays until the new one is open', async () => {
  const { server, states, state } = startClient()
  await pass(100)
  const before = states.length
  await pass(110 * MINUTE)
  expect(server.sockets).toHaveLength(2)
  expect(server.openSockets()).toHaveLength(2)
  await pass(3_000)
  expect(server.openSockets()).toEqual([server.sockets[1]])
  server.sockets[0]?.onclose?.()
  await pass(100)
  expect(states.length, 'nothing flickers').toBe(before)
  expect(state().status).toBe('online')
  server.sockets[1]?.push('newMessage', makeMessage(1))
})

test('a renewal that fails leaves the old socket, and is tried again', async () => {
  const { server, state } = startClient()
  await pass(100)
  server.settings.opens = false
  await pass(110 * MINUTE + 30_000)
  expect(state().status).toBe('online')
  expect(server.openSockets()).toHaveLength(1)
  server.settings.opens = true
  await pass(MINUTE)
  expect(server.openSockets()).toHaveLength(1)
  expect(server.sockets[0]?.isClosed).toBe(true)
})

test('a renewal that finds the old socket dead asks for what that one missed', async () => {
  const { server, state } = startClient()
  await pass(100)
  const lists = () => server.callsTo('GET', /^\/conversations\?/).length
  await pass(109 * MINUTE)
  const before = lists()
  // Between two pings nobody knows yet.
  const old = server.sockets[0] as NonNullable<(typeof server.sockets)[0]>
  old.send = () => {}
  await pass(MINUTE + 15_000)
  expect(old.isClosed).toBe(true)
  expect(lists()).toBeGreaterThan(before)
  expect(state().status).toBe('online')
  expect(server.openSockets()).toHaveLength(1)
})

test('without a socket the client still brings what is new with each attempt', async () => {
  const { server, client, state } = startClient()
  server.settings.opens = false
  server.settings.conversations = [makeConversation({ lastSeq: 3, unreadCount: 3 })]
  await pass(5_000)
  expect(state()).toMatchObject({ status: 'offline', error: { code: 'socket' } })
  expect(client.conversations.list.getSnapshot().unreadCount).toBe(3)
})

test('a disconnected client stays offline until it is asked to connect', async () => {
  const { server, client, state } = startClient()
  await pass(100)
  client.connection.disconnect()
  await pass(10 * MINUTE)
  expect(state()).toEqual({ status: 'offline' })
  expect(server.openSockets()).toEqual([])
  client.connection.connect()
  await pass(100)
  expect(state().status).toBe('online')
  client.close()
})

test('a disconnect while the socket opens closes it', async () => {
  const { server, client, state } = startClient()
  client.connection.disconnect()
  await pass(30_000)
  expect(server.openSockets()).toEqual([])
  expect(state().status).toBe('offline')
})

test('a token source that throws is a state with its reason, and is asked again', async () => {
  let isBroken = true
  const getToken = () => {
    if (isBroken) throw new Error('keychain is locked')
    return tokenOf()
  }
  const { state } = startClient({ getToken })
  await pass(100)
  expect(state()).toMatchObject({ status: 'offline', error: { code: 'token' } })
  expect(state().error?.message).toContain('keychain is locked')
  isBroken = false
  await pass(30_000)
  expect(state().status).toBe('online')
})

test('a token source that never answers, or names no user, is told too', async () => {
  const silent = startClient({ getToken: () => new Promise(() => {}) })
  await pass(15_100)
  expect(silent.state()).toMatchObject({ status: 'offline', error: { code: 'token' } })
  const nameless = startClient({ getToken: () => 'no.jwt.atall' })
  await pass(100)
  expect(nameless.state().error?.message).toContain('userId')
})

test('an expired token that cannot be refreshed is `unauthorized`, asked for a fresh one each time', async () => {
  const getToken = vi.fn(async (_: { refresh: boolean }) => tokenOf())
  const { server, state } = startClient({ getToken })
  server.settings.opens = false
  server.on('GET', /./, () => ({ status: 401, json: { title: 'Unauthorized', detail: 'expired' } }))
  await pass(3_000)
  expect(state()).toMatchObject({ status: 'offline', error: { code: 'unauthorized' } })
  expect(getToken).toHaveBeenCalledWith({ refresh: true })
})

test('a fresh token is used for the socket after the server refused the old one', async () => {
  let current = tokenOf(1, 'old')
  const getToken = ({ refresh }: { refresh: boolean }) => {
    if (refresh) current = tokenOf(1, 'new')
    return current
  }
  const { server, state } = startClient({ getToken })
  server.on('GET', /^\/conversations\?/, ({ token }) =>
    token === tokenOf(1, 'new')
      ? { status: 200, json: { data: [makeConversation()], page: {} } }
      : { status: 401, json: { detail: 'expired' } },
  )
  await pass(100)
  server.openSockets()[0]?.drop()
  await pass(2_000)
  expect(server.callsTo('POST', /ws-tickets/).at(-1)?.token).toBe(tokenOf(1, 'new'))
  expect(state().status).toBe('online')
})

test('before its token ends the socket is renewed with a fresh one, and nothing flickers', async () => {
  const tokenOfMinutes = (minutes: number) => {
    const exp = Math.floor(Date.now() / 1_000) + minutes * 60
    return `e30.${btoa(JSON.stringify({ sub: '1', exp }))}.signature`
  }
  let current = tokenOfMinutes(15)
  const getToken = vi.fn(({ refresh }: { refresh: boolean }) => {
    if (refresh) current = tokenOfMinutes(15)
    return current
  })
  const { server, states, state } = startClient({ getToken })
  await pass(100)
  const before = states.length
  await pass(13 * MINUTE)
  expect(server.sockets).toHaveLength(1)
  await pass(MINUTE + 3_000)
  expect(server.sockets).toHaveLength(2)
  expect(server.callsTo('POST', /ws-tickets/).at(-1)?.token).toBe(current)
  expect(server.openSockets()).toEqual([server.sockets[1]])
  server.sockets[0]?.onclose?.()
  await pass(100)
  expect(states.length).toBe(before)
  expect(state().status).toBe('online')
})

test('a token that the app does not renew costs a socket each half minute at most', async () => {
  const exp = Math.floor(Date.now() / 1_000) + 120
  const token = `e30.${btoa(JSON.stringify({ sub: '1', exp }))}.signature`
  const { server } = startClient({ getToken: () => token })
  await pass(119_000)
  expect(server.sockets.length).toBeLessThanOrEqual(4)
})

test('while no ticket can be had, what is new comes all the same', async () => {
  const { server, client, state } = startClient()
  server.on('POST', /ws-tickets/, () => ({ status: 503, json: { detail: 'away' } }))
  await pass(100)
  expect(state()).toMatchObject({ status: 'offline', error: { code: 'server' } })
  expect(client.conversations.list.getSnapshot().conversations).toHaveLength(1)
})

test('a page of HTML where the API should be is a reason, not a crash', async () => {
  const { server, state } = startClient()
  server.on('GET', /./, () => ({ status: 200, text: '<html>Welcome to our hotel</html>' }))
  await pass(100)
  expect(state()).toMatchObject({ status: 'catching-up', error: { code: 'bad-answer' } })
})

test('frames that are no JSON, or of a type that is not known, are passed over', async () => {
  const { server, state } = startClient()
  await pass(100)
  server.sockets[0]?.onmessage?.({ data: 'nonsense' })
  server.sockets[0]?.onmessage?.({ data: '{"type":"invented","data":{}}' })
  await pass(100)
  expect(state().status).toBe('online')
})

test('a typing is told once in three seconds, its end once, and neither without a socket', async () => {
  const { server, client } = startClient()
  client.setTyping(CONVERSATION_ID, true)
  await pass(100)
  for (let key = 0; key < 10; key++) {
    client.setTyping(CONVERSATION_ID, true)
    await pass(500)
  }
  client.setTyping(CONVERSATION_ID, false)
  client.setTyping(CONVERSATION_ID, false)
  const told = server.sockets[0]?.sent.filter(({ action }) => action === 'typing')
  expect(told?.map(({ data }) => (data as { isTyping: boolean }).isTyping)).toEqual([true, true, false])
})
