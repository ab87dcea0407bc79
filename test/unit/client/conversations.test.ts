import { expect, test, vi } from 'vitest'
import { createChatClient } from '../../../client/src/index.ts'
import type { Conversation, Message } from '../../../shared/contract/wire.ts'
import {
  CONVERSATION_ID,
  createFakeServer,
  ME,
  makeConversation,
  makeMessage,
  PEER,
} from '../../support/fake-chat-server.ts'
import { pass, takeFakeTime } from '../../support/fake-time.ts'

takeFakeTime()

/** A server that has `count` messages in the conversation, and a client whose screen shows it. */
async function openConversation(count: number, change: Partial<Conversation> = {}) {
  const server = createFakeServer()
  const stored = Array.from({ length: count }, (_, index) => makeMessage(index + 1))
  const conversation = () =>
    makeConversation({
      ...{ lastSeq: stored.length, version: Math.max(0, ...stored.map(({ version }) => version ?? 0)) },
      ...{ lastMessage: stored.at(-1) ?? null, ...change },
    })
  server.on('GET', /^\/conversations\?/, () => ({ status: 200, json: { data: [conversation()], page: {} } }))
  server.on('GET', /^\/conversations\/[^/]+$/, () => ({ status: 200, json: { data: conversation() } }))
  server.on('GET', /\/messages\?/, ({ path }) => {
    const before = Number(/before=(\d+)/.exec(path)?.[1] ?? Number.POSITIVE_INFINITY)
    const older = stored.filter(({ seq }) => (seq ?? 0) < before).reverse()
    return { status: 200, json: { data: older.slice(0, 50), page: { hasMore: older.length > 50 } } }
  })
  server.on('GET', /\/changes\?/, ({ path }) => {
    const after = Number(/after=(\d+)/.exec(path)?.[1])
    const data = stored.filter(({ version }) => (version ?? 0) > after).slice(0, 100)
    const nextAfter = data.at(-1)?.version ?? after
    return { status: 200, json: { data, page: { hasMore: data.length === 100, nextAfter, clearedSeq: 0 } } }
  })
  const client = createChatClient(server.options)
  const store = client.conversation(CONVERSATION_ID)
  const notices = vi.fn()
  store.subscribe(notices)
  await pass(100)
  const seqs = () => store.getSnapshot().messages.map(({ seq }) => seq)
  const changes = () => server.callsTo('GET', /\/changes\?/).length
  const push = (message: Message) => server.sockets.at(-1)?.push('newMessage', message)
  return { server, stored, client, store, seqs, changes, push, notices }
}

test('a conversation loads its newest page when somebody looks, and older ones on demand, until there are none', async () => {
  const { store, seqs } = await openConversation(120)
  expect(seqs()[0]).toBe(71)
  expect(store.getSnapshot()).toMatchObject({ hasOlder: true, isLoading: false })
  await store.loadOlder()
  await store.loadOlder()
  expect(seqs()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  expect(store.getSnapshot().hasOlder).toBe(false)
})

test('a message that follows is taken from its frame; the same frame again changes nothing', async () => {
  const { client, seqs, changes, push } = await openConversation(3)
  const heard: string[] = []
  client.on('message', ({ id }) => heard.push(id))
  push(makeMessage(4))
  push(makeMessage(4))
  await pass(50)
  expect(seqs()).toEqual([1, 2, 3, 4])
  expect(changes()).toBe(0)
  expect(heard).toHaveLength(1)
})

test('a jump in the version asks for all that lies between', async () => {
  const { stored, seqs, changes, push } = await openConversation(3)
  for (const seq of [4, 5, 6]) stored.push(makeMessage(seq))
  push(makeMessage(6))
  await pass(50)
  expect(seqs()).toEqual([1, 2, 3, 4, 5, 6])
  expect(changes()).toBe(1)
})

test('messages that come in another order stand in theirs', async () => {
  const { stored, seqs, push } = await openConversation(1)
  for (const seq of [2, 3, 4]) stored.push(makeMessage(seq))
  for (const seq of [4, 2, 3]) push(makeMessage(seq))
  await pass(50)
  expect(seqs()).toEqual([1, 2, 3, 4])
})

test('what is missed without a socket is there after the next connect: messages, receipts, deletions', async () => {
  const { server, stored, store, seqs } = await openConversation(3)
  server.openSockets()[0]?.drop()
  stored[0] = makeMessage(1, { version: 4, status: 'read', readAt: '2026-01-01T00:00:01.000Z' })
  stored.splice(1, 1, { id: makeMessage(2).id, seq: 2, version: 5, deleted: true } as unknown as Message)
  stored.push(makeMessage(4, { version: 6 }))
  await pass(2_000)
  expect(seqs()).toEqual([1, 3, 4])
  expect(store.getSnapshot().messages[0]?.status).toBe('read')
})

test('many versions behind, the newest page is loaded anew instead', async () => {
  const { server, stored, seqs, changes } = await openConversation(3)
  server.openSockets()[0]?.drop()
  for (let seq = 4; seq <= 1_100; seq++) stored.push(makeMessage(seq))
  await pass(2_000)
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, index) => 1_051 + index))
  expect(changes()).toBe(0)
})

test('a conversation that nobody looks at is let go at the next connect', async () => {
  const { server, client, changes } = await openConversation(3)
  const other = client.conversation('00000000-0000-5000-8000-000000000002')
  other.subscribe(() => {})()
  await pass(100)
  expect(other.getSnapshot().messages.length).toBeGreaterThan(0)
  server.openSockets()[0]?.drop()
  await pass(2_000)
  expect(other.getSnapshot().messages).toEqual([])
  expect(changes()).toBe(0)
})

test('ticks rise with receipts, and never fall', async () => {
  const { server, store, changes } = await openConversation(2)
  const { id } = makeMessage(2)
  const change = {
    conversationId: CONVERSATION_ID,
    messageIds: [id],
    seqs: [2],
    by: PEER,
    at: '2026-01-01T00:00:02.000Z',
  }
  const socket = server.sockets[0]
  socket?.push('messageStatus', { ...change, status: 'read', version: 3 })
  socket?.push('messageStatus', { ...change, status: 'delivered', version: 4 })
  await pass(50)
  expect(store.getSnapshot().messages[1]).toMatchObject({
    status: 'read',
    readAt: change.at,
    deliveredAt: change.at,
  })
  expect(changes()).toBe(0)
})

test('a message that arrives is acknowledged once for all that came, by itself', async () => {
  const { server, push } = await openConversation(0)
  for (const seq of [1, 2, 3]) push(makeMessage(seq))
  await pass(1_000)
  expect(server.callsTo('POST', /delivered$/).map(({ body }) => body)).toEqual([{ upToSeq: 3 }])
})

test('reading is told once for many calls, at once on the screen, and again until the server has it', async () => {
  const { server, client, push } = await openConversation(0)
  const unread = () => client.conversations.list.getSnapshot().unreadCount
  for (const seq of [1, 2, 3]) push(makeMessage(seq))
  expect(unread()).toBe(3)
  let isAway = true
  server.on('POST', /read$/, () => (isAway ? { status: 503, json: {} } : { status: 202, json: {} }))
  for (let times = 0; times < 5; times++) client.markRead(CONVERSATION_ID)
  expect(unread()).toBe(0)
  await pass(5_000)
  isAway = false
  await pass(30_000)
  const bodies = server.callsTo('POST', /read$/).map(({ body }) => body.upToSeq)
  expect(bodies.length).toBeGreaterThan(1)
  expect(new Set(bodies)).toEqual(new Set([3]))
  client.markRead(CONVERSATION_ID)
  await pass(1_000)
  expect(server.callsTo('POST', /read$/)).toHaveLength(bodies.length)
})

test('typing is shown until it ends, a message comes, or nothing renews it', async () => {
  const { server, store, push } = await openConversation(0)
  const type = (isTyping: boolean, userId = PEER) =>
    server.sockets[0]?.push('typing', { conversationId: CONVERSATION_ID, userId, isTyping })
  const isTyping = () => store.getSnapshot().isTyping
  type(true, ME)
  expect(isTyping()).toBe(false)
  type(true)
  expect(isTyping()).toBe(true)
  type(false)
  expect(isTyping()).toBe(false)
  type(true)
  push(makeMessage(1))
  expect(isTyping()).toBe(false)
  type(true)
  await pass(6_100)
  expect(isTyping()).toBe(false)
})

test('a load that fails is shown with its reason, and the next connect loads again', async () => {
  const { server, client } = await openConversation(0)
  let isAway = true
  server.on('GET', /\/messages\?/, () =>
    isAway ? { status: 503, json: {} } : { status: 200, json: { data: [makeMessage(1)], page: {} } },
  )
  const store = client.conversation('00000000-0000-5000-8000-000000000003')
  store.subscribe(() => {})
  await pass(100)
  expect(store.getSnapshot()).toMatchObject({ messages: [], error: { code: 'server' } })
  isAway = false
  server.openSockets()[0]?.drop()
  await pass(2_000)
  expect(store.getSnapshot().messages).toHaveLength(1)
  expect(store.getSnapshot().error).toBeUndefined()
})

test('a thousand messages in a second are at most sixty-odd notices', async () => {
  const { push, notices, seqs } = await openConversation(0)
  notices.mockClear()
  for (let seq = 1; seq <= 1_000; seq++) {
    push(makeMessage(seq))
    await pass(1)
  }
  await pass(50)
  expect(seqs()).toHaveLength(1_000)
  expect(notices.mock.calls.length).toBeLessThan(70)
})

test('a snapshot stays the same object until something changes', async () => {
  const { client, store, push } = await openConversation(1)
  const before = store.getSnapshot()
  expect(store.getSnapshot()).toBe(before)
  expect(client.conversation(CONVERSATION_ID)).toBe(store)
  push(makeMessage(2))
  expect(store.getSnapshot()).not.toBe(before)
})

test('the list puts pinned conversations first, then the newest, the archived ones apart', async () => {
  const server = createFakeServer()
  const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`
  const of = (n: number, change: Partial<Conversation>) =>
    makeConversation({ id: `00000000-0000-5000-8000-00000000000${n}`, lastMessageAt: at(n), ...change })
  server.settings.conversations = [of(1, { pinned: true }), of(2, {}), of(3, {}), of(4, { archived: true })]
  const client = createChatClient(server.options)
  await pass(100)
  const ids = (part: 'conversations' | 'archived') =>
    client.conversations.list.getSnapshot()[part].map(({ id }) => Number(id.at(-1)))
  expect(ids('conversations')).toEqual([1, 3, 2])
  expect(ids('archived')).toEqual([4])
})

test('a setting shows at once, and goes back when the server refuses it', async () => {
  const { server, client } = await openConversation(0)
  const pinned = () => client.conversations.list.getSnapshot().conversations[0]?.pinned
  server.on('PATCH', /./, () => ({ status: 404, json: { detail: 'conversation not found' } }))
  const update = client.conversations.update(CONVERSATION_ID, { pinned: true })
  expect(pinned()).toBe(true)
  await expect(update).rejects.toMatchObject({ code: 'rejected', status: 404 })
  expect(pinned()).toBe(false)
})

test('a conversation that the server has not made in time is not shown by half', async () => {
  const { server, client } = await openConversation(0)
  const id = '00000000-0000-5000-8000-000000000007'
  server.on('POST', /^\/conversations$/, () => ({ status: 202, json: { data: { id } } }))
  await expect(client.conversations.open(7)).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(client.conversations.list.getSnapshot().conversations).toHaveLength(1)
  const made = makeConversation({ id, otherUser: { id: 7, username: 'new', name: 'New', avatarUrl: null } })
  server.on('POST', /^\/conversations$/, () => ({ status: 201, json: { data: made } }))
  expect(await client.conversations.open(7)).toEqual(made)
  expect(server.callsTo('POST', /^\/conversations$/).map(({ prefer }) => prefer)).toEqual([
    'wait=8',
    'wait=8',
  ])
  expect(client.conversations.list.getSnapshot().conversations).toHaveLength(2)
})

test('the screen of a conversation sees its settings and counts change too', async () => {
  const { server, client, store, push, notices } = await openConversation(0)
  server.on('PATCH', /./, () => ({ status: 200, json: { data: makeConversation({ muted: true }) } }))
  await client.conversations.update(CONVERSATION_ID, { muted: true })
  expect(store.getSnapshot().conversation?.muted).toBe(true)
  await pass(50)
  notices.mockClear()
  push(makeMessage(1))
  await pass(50)
  expect(notices).toHaveBeenCalled()
  expect(store.getSnapshot().conversation).toMatchObject({ unreadCount: 1, lastSeq: 1 })
})

test('a message to a conversation that is not known is refused with what to do', async () => {
  const { client } = await openConversation(0)
  const unknown = { conversationId: '00000000-0000-5000-8000-000000000008' }
  expect(() => client.send(unknown, { textContent: 'x' })).toThrow(/get it first/)
})
