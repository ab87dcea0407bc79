import { expect, test } from 'vitest'
import { createChatClient } from '../../../client/src/index.ts'
import type { FrameData } from '../../../shared/contract/wire.ts'
import {
  CONVERSATION_ID,
  createFakeServer,
  type FakeAnswer,
  ME,
  makeConversation,
  makeMessage,
  PEER,
  pendingOf,
} from '../../support/fake-chat-server.ts'
import { pass, takeFakeTime } from '../../support/fake-time.ts'

const OTHER_ID = '00000000-0000-5000-8000-000000000002'

takeFakeTime()

/** An answer under way until the test lets it come. */
function hold(answer: FakeAnswer) {
  const { promise, resolve } = Promise.withResolvers<FakeAnswer>()
  return { answer: promise, release: () => resolve(answer) }
}

test('what comes while the list is read again stays in it, and what is deleted meanwhile stays away', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  client.conversations.list.subscribe(() => {})
  await pass(100)
  const page = hold({ status: 200, json: { data: [makeConversation()], page: {} } })
  server.on('GET', /^\/conversations\?/, () => page.answer)
  server.sockets[0]?.drop()
  await pass(1_000)
  const other = makeConversation({ id: OTHER_ID, version: 1 })
  server.on('GET', new RegExp(`^/conversations/${OTHER_ID}$`), () => ({ status: 200, json: { data: other } }))
  server.sockets[1]?.push('newMessage', makeMessage(1, { conversationId: OTHER_ID }))
  server.sockets[1]?.push('conversationUpdated', { ...makeConversation(), deleted: true })
  await pass(10)
  page.release()
  await pass(10)
  expect(client.conversations.list.getSnapshot().conversations.map(({ id }) => id)).toEqual([OTHER_ID])
  client.close()
})

test('a version that a frame names while changes are read is asked for as well', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const store = client.conversation(CONVERSATION_ID)
  store.subscribe(() => {})
  await pass(100)
  const early = hold({
    status: 200,
    json: { data: [makeMessage(1), makeMessage(2)], page: { hasMore: false, nextAfter: 2 } },
  })
  server.on('GET', /changes\?after=0/, () => early.answer)
  server.on('GET', /changes\?after=2/, () => ({
    status: 200,
    json: { data: [makeMessage(3), makeMessage(4), makeMessage(5)], page: { hasMore: false, nextAfter: 5 } },
  }))
  server.sockets[0]?.push('newMessage', makeMessage(2))
  // The frames of 3 and 4 are lost.
  server.sockets[0]?.push('newMessage', makeMessage(5))
  early.release()
  await pass(10)
  expect(store.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  client.close()
})

test('changes that could not be read are asked for again, though no later frame tells of them', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const store = client.conversation(CONVERSATION_ID)
  store.subscribe(() => {})
  await pass(100)
  let asked = 0
  server.on('GET', /changes\?after=0/, () => {
    asked++
    if (asked < 3) return { status: 503, json: { title: 'Service Unavailable', status: 503 } }
    const data = [makeMessage(1), makeMessage(2)]
    return { status: 200, json: { data, page: { hasMore: false, nextAfter: 2 } } }
  })
  // The frame of 1 is lost.
  server.sockets[0]?.push('newMessage', makeMessage(2))
  server.sockets[0]?.push('newMessage', makeMessage(2))
  await pass(10)
  expect(store.getSnapshot().messages.map(({ seq }) => seq)).toEqual([2])
  await pass(20_000)
  expect(store.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2])
  expect(asked).toBe(3)
  client.close()
})

test('changes that a replica does not have yet are asked for again', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const store = client.conversation(CONVERSATION_ID)
  store.subscribe(() => {})
  await pass(100)
  let asked = 0
  server.on('GET', /changes\?after=0/, () => {
    asked++
    const isBehind = asked < 3
    const data = isBehind ? [] : [makeMessage(1), makeMessage(2)]
    return { status: 200, json: { data, page: { hasMore: false, nextAfter: isBehind ? 0 : 2 } } }
  })
  // The frame of 1 is lost.
  server.sockets[0]?.push('newMessage', makeMessage(2))
  await pass(20_000)
  expect(store.getSnapshot().messages.map(({ seq }) => seq)).toEqual([1, 2])
  expect(asked).toBe(3)
  client.close()
})

test('a conversation asked for again while it is read is read again', async () => {
  const server = createFakeServer()
  server.settings.conversations = [makeConversation()]
  const client = createChatClient(server.options)
  const { list } = client.conversations
  list.subscribe(() => {})
  await pass(100)
  const at = (seq: number, unreadCount: number) => ({
    status: 200,
    json: {
      data: makeConversation({ lastSeq: seq, version: seq, lastMessage: makeMessage(seq), unreadCount }),
    },
  })
  const early = hold(at(2, 2))
  const answers = [early.answer, at(5, 5)]
  server.on('GET', new RegExp(`^/conversations/${CONVERSATION_ID}$`), () => answers.shift() as FakeAnswer)
  // The frame of 1 is lost, and those of 3 and 4.
  server.sockets[0]?.push('newMessage', makeMessage(2))
  server.sockets[0]?.push('newMessage', makeMessage(5))
  early.release()
  await pass(100)
  expect(list.getSnapshot().unreadCount).toBe(5)
  client.close()
})

test('a conversation that begins is shown, though the server cannot give it at once', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const { list } = client.conversations
  await pass(100)
  const answers: FakeAnswer[] = [
    { status: 503, json: { title: 'Service Unavailable' } },
    { status: 404, json: { detail: 'conversation not found' } },
    { status: 200, json: { data: makeConversation({ id: OTHER_ID, lastSeq: 1, version: 1 }) } },
  ]
  server.on('GET', new RegExp(`^/conversations/${OTHER_ID}$`), () => answers.shift() as FakeAnswer)
  server.sockets[0]?.push('newMessage', makeMessage(1, { conversationId: OTHER_ID }))
  await pass(20_000)
  expect(list.getSnapshot().conversations.map(({ id }) => id)).toContain(OTHER_ID)
  expect(answers).toEqual([])
  client.close()
})

test('a message that comes while its conversation is deleted stays', async () => {
  const server = createFakeServer()
  server.settings.conversations = [makeConversation({ lastSeq: 1, version: 1, lastMessage: makeMessage(1) })]
  server.on('GET', /messages/, () => ({
    status: 200,
    json: { data: [makeMessage(1)], page: { hasMore: false } },
  }))
  const client = createChatClient(server.options)
  const store = client.conversation(CONVERSATION_ID)
  store.subscribe(() => {})
  await pass(100)
  const answer = hold({ status: 204 })
  server.on('DELETE', /./, () => answer.answer)
  const deleting = client.conversations.delete(CONVERSATION_ID)
  await pass(10)
  server.sockets[0]?.push('conversationUpdated', {
    ...makeConversation({ lastSeq: 1, version: 1, clearedSeq: 1 }),
    deleted: true,
  })
  const back = makeConversation({ lastSeq: 2, version: 2, clearedSeq: 1, lastMessage: makeMessage(2) })
  server.settings.conversations = [back]
  server.sockets[0]?.push('newMessage', makeMessage(2))
  await pass(10)
  answer.release()
  await deleting
  expect(store.getSnapshot().messages.map(({ seq }) => seq)).toEqual([2])
  expect(client.conversations.list.getSnapshot().conversations.map(({ id }) => id)).toEqual([CONVERSATION_ID])
  client.close()
})

test('a receipt that was refused, as by a replica that lags, is told again when it is asked for again', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  await pass(100)
  server.on('POST', /delivered$/, () => ({ status: 404, json: { detail: 'conversation not found' } }))
  server.sockets[0]?.push('newMessage', makeMessage(1))
  await pass(1_000)
  server.on('POST', /delivered$/, () => ({ status: 202, json: { success: true } }))
  server.settings.conversations = [makeConversation({ lastSeq: 1, version: 1, lastMessage: makeMessage(1) })]
  server.sockets[0]?.drop()
  await pass(5_000)
  expect(server.callsTo('POST', /delivered$/).map(({ body }) => body)).toEqual([
    { upToSeq: 1 },
    { upToSeq: 1 },
  ])
  client.close()
})

test('a setting that the server refuses goes back, whatever has come meanwhile', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const { list } = client.conversations
  list.subscribe(() => {})
  await pass(100)
  const answer = hold({ status: 404, json: { detail: 'conversation not found' } })
  server.on('PATCH', /./, () => answer.answer)
  const update = client.conversations.update(CONVERSATION_ID, { pinned: true })
  await pass(10)
  server.sockets[0]?.push('newMessage', makeMessage(1))
  answer.release()
  await expect(update).rejects.toMatchObject({ status: 404 })
  expect(list.getSnapshot().conversations).toMatchObject([{ pinned: false, lastSeq: 1 }])
  client.close()
})

test('a receipt that the server tells late takes nothing from what came since', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  const { list } = client.conversations
  list.subscribe(() => {})
  await pass(100)
  const [socket] = server.sockets
  socket?.push('newMessage', makeMessage(1))
  client.markRead(CONVERSATION_ID)
  expect(list.getSnapshot().unreadCount).toBe(0)
  socket?.push('newMessage', makeMessage(2))
  socket?.push('messageStatus', readBy(ME, [1], 3))
  expect(list.getSnapshot().unreadCount).toBe(1)
  socket?.push('messageStatus', readBy(ME, [2], 4))
  expect(list.getSnapshot().unreadCount).toBe(0)
  client.close()
})

test('what is said to be read up to a message is told, whatever the list counts', async () => {
  const server = createFakeServer()
  server.settings.conversations = [makeConversation({ lastSeq: 2, version: 2 })]
  const client = createChatClient(server.options)
  client.conversations.list.subscribe(() => {})
  await pass(100)
  client.markRead(CONVERSATION_ID, 2)
  await pass(1_000)
  expect(server.callsTo('POST', /read$/).map(({ body }) => body)).toEqual([{ upToSeq: 2 }])
  client.close()
})

test('after a check, what is under way without an answer is given up soon and tried again', async () => {
  const server = createFakeServer()
  const client = createChatClient(server.options)
  await pass(100)
  let isSilent = true
  const accept = ({ body }: { body: Parameters<typeof pendingOf>[0] }) => ({
    status: 202,
    json: { data: pendingOf(body) },
  })
  server.on('POST', /^\/messages$/, call => (isSilent ? new Promise<FakeAnswer>(() => {}) : accept(call)))
  client.send({ recipientId: PEER }, { textContent: 'hello' })
  await pass(1_000)
  isSilent = false
  client.connection.check()
  await pass(2_900)
  expect(server.callsTo('POST', /^\/messages$/)).toHaveLength(1)
  await pass(1_000)
  expect(server.callsTo('POST', /^\/messages$/)).toHaveLength(2)
  client.close()
})

test('after a check, a socket that does not open is given up soon and opened again', async () => {
  const server = createFakeServer()
  server.settings.opens = false
  const client = createChatClient({ ...server.options, WebSocket: neverOpening(server.options.WebSocket) })
  await pass(1_000)
  expect(server.sockets).toHaveLength(1)
  client.connection.check()
  await pass(2_900)
  expect(server.sockets).toHaveLength(1)
  await pass(200)
  expect(server.sockets).toHaveLength(2)
  client.close()
})

function readBy(by: number, seqs: number[], version: number): FrameData['messageStatus'] {
  const messageIds = seqs.map(seq => makeMessage(seq).id)
  const at = '2026-01-01T00:00:01.000Z'
  return { conversationId: CONVERSATION_ID, messageIds, seqs, status: 'read', by, at, version }
}

/** Neither opens nor fails. */
function neverOpening(Socket: typeof WebSocket): typeof WebSocket {
  return class extends Socket {
    drop(): void {}
  }
}
