import { expect, test } from 'vitest'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import type { Conversation, Message } from '../../shared/contract/objects.ts'
import { type ChatUser, createPair, createTrio, createUsers, readPages } from '../support/chat-user.ts'

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const idsOf = (items: { id: string }[]) => items.map(item => item.id)
const list = async (user: ChatUser, query = ''): Promise<Conversation[]> =>
  (await user.get(`/conversations${query}`)).body.data

test('a conversation is made by the first to ask, 201, and found by whoever asks after, 200', async () => {
  const [ann, ben] = await createPair()
  const made = await ann.post('/conversations', { recipient_id: String(ben.id) })
  expect(made.status).toBe(201)
  expect(made.body.data).toEqual({
    id: conversationIdOf(ann.id, ben.id),
    participant1Id: Math.min(ann.id, ben.id),
    participant2Id: Math.max(ann.id, ben.id),
    otherUser: { id: ben.id, username: expect.any(String), name: expect.any(String), avatarUrl: null },
    lastMessage: null,
    lastMessageAt: null,
    unreadCount: 0,
    pinned: false,
    muted: false,
    archived: false,
    lastSeq: 0,
    version: 0,
    clearedSeq: 0,
    createdAt: expect.stringMatching(TIMESTAMP),
    updatedAt: expect.stringMatching(TIMESTAMP),
  })
  const again = await ann.post('/conversations', { recipientId: ben.id })
  expect(again).toMatchObject({ status: 200, body: made.body })
  const byPeer = await ben.post('/conversations', { recipientId: ann.id })
  expect(byPeer).toMatchObject({
    status: 200,
    body: { data: { id: made.body.data.id, otherUser: { id: ann.id } } },
  })
  expect((await ann.get(`/conversations/${made.body.data.id}`)).body).toEqual(made.body)
})

test('of several who open a conversation at once, all get the same one, and one is told that it is new', async () => {
  const [ann, ben] = await createPair()
  const answers = await Promise.all(
    [ann, ben, ann, ben].map((user, n) =>
      user.post('/conversations', { recipientId: n % 2 ? ann.id : ben.id }, { prefer: 'wait=10' }),
    ),
  )
  expect(answers.map(answer => answer.status).sort()).toEqual([200, 200, 200, 201])
  expect(new Set(answers.map(answer => answer.body.data.id))).toEqual(
    new Set([conversationIdOf(ann.id, ben.id)]),
  )
})

test.each([
  ['a text', 'Hello there'],
  ['a message body', { contentType: 'text', textContent: 'Hello there' }],
  ['a snake_case message body', { content_type: 'text', text_content: 'Hello there' }],
])('a conversation opens with %s as its first message', async (_, initialMessage) => {
  const [ann, ben] = await createPair()
  const phone = await ben.openSocket()
  const { status, body } = await ann.post('/conversations', { recipientId: ben.id, initialMessage })
  expect(status).toBe(201)
  expect(body.data.lastMessage).toMatchObject({ textContent: 'Hello there', seq: 1, senderId: ann.id })
  await phone.waitForMessage(body.data.lastMessage.id)
  const second = await ann.post('/conversations', { recipient_id: ben.id, initial_message: 'and more' })
  expect(second).toMatchObject({
    status: 200,
    body: { data: { lastSeq: 2, lastMessage: { textContent: 'and more' } } },
  })
})

test('a conversation opened twice with one Idempotency-Key holds its first message once', async () => {
  const [ann, ben] = await createPair()
  const body = { recipientId: ben.id, initialMessage: 'only once' }
  const open = () => ann.post('/conversations', body, { 'idempotency-key': 'open-1' })
  const [first, repeat] = [await open(), await open()]
  expect([first.status, repeat.status]).toEqual([201, 200])
  expect(repeat.body).toEqual(first.body)
  expect(first.body.data.lastSeq).toBe(1)
})

test('settings are seen by their owner alone, on every device, and leave the other side as it was', async () => {
  const [ann, ben] = await createPair()
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  const path = `/conversations/${conversationId}`
  const [phone, tablet, bensPhone] = await Promise.all([ann.openSocket(), ann.openSocket(), ben.openSocket()])
  const [annsBefore, bensBefore] = [(await ann.get(path)).body.data, (await ben.get(path)).body.data]

  const settings = { pinned: true, muted: true, archived: true }
  for (const [name, value] of Object.entries(settings)) {
    const { status, body } = await ann.patch(path, { [name]: value })
    expect([status, body.data[name]]).toEqual([200, true])
  }
  expect((await ann.get(path)).body.data).toEqual({ ...annsBefore, ...settings })
  for (const device of [phone, tablet]) {
    const frames = await device.waitForFrames(3, frame => frame.type === 'conversationUpdated')
    expect(frames.at(-1)?.data).toEqual({ ...annsBefore, ...settings, deleted: false })
  }
  expect((await ben.get(path)).body.data).toEqual(bensBefore)
  expect(await list(ben, '?archived=true')).toEqual([])

  const unpinned = await ann.patch(path, { pinned: false, muted: null })
  expect(unpinned.body.data).toMatchObject({ pinned: false, muted: true, archived: true })
  const later = await ann.sendText(ben.id, 'barrier')
  await bensPhone.waitForMessage(later.id)
  expect(bensPhone.framesOf('conversationUpdated')).toEqual([])
})

test('the archive is listed when asked for, and left out otherwise', async () => {
  const [ann, ben, cleo] = await createTrio()
  const withBen = (await ann.sendText(ben.id, 'hi')).conversationId
  const withCleo = (await ann.sendText(cleo.id, 'hi')).conversationId
  await ann.patch(`/conversations/${withBen}`, { archived: true })
  expect(idsOf(await list(ann))).toEqual([withCleo])
  expect(idsOf(await list(ann, '?archived=false'))).toEqual([withCleo])
  expect(idsOf(await list(ann, '?archived=true'))).toEqual([withBen])
  expect((await ann.get(`/conversations/${withBen}`)).status).toBe(200)
})

test('pinned conversations come first, then the newest activity, and cursor pages are the same list', async () => {
  const [ann, ...others] = (await createUsers(8)) as [ChatUser, ...ChatUser[]]
  const ids: string[] = []
  for (const other of others) ids.push((await other.sendText(ann.id, 'hi')).conversationId)
  await ann.sendText((others[1] as ChatUser).id, 'newest')
  await ann.patch(`/conversations/${ids[0]}`, { pinned: true })
  await ann.patch(`/conversations/${ids[3]}`, { pinned: true })
  const expected = [3, 0, 1, 6, 5, 4, 2].map(index => ids[index])
  const all = await list(ann)
  expect(idsOf(all)).toEqual(expected)

  for (const limit of [1, 2, 3, 7, 100]) {
    const pages = await readPages<Conversation>(page => {
      if (page === undefined) return `/conversations?limit=${limit}`
      return page.nextCursor === null ? undefined : `/conversations?limit=${limit}&cursor=${page.nextCursor}`
    }, ann.get)
    expect(pages.length).toBe(Math.ceil(7 / limit))
    expect(pages.flat()).toEqual(all)
  }
})

test('a deleted conversation is gone with all it holds, for its owner alone, and a later message brings it back', async () => {
  const [ann, ben] = await createPair()
  const old = await ben.sendText(ann.id, 'old')
  const path = `/conversations/${old.conversationId}`
  const [phone, tablet, bensPhone] = await Promise.all([ann.openSocket(), ann.openSocket(), ben.openSocket()])
  const bensBefore = (await ben.get(path)).body.data
  await ann.patch(path, { pinned: true })
  expect((await ann.delete(path)).status).toBe(204)

  for (const route of [path, `${path}/messages`, `/messages/${old.id}`])
    expect([route, (await ann.get(route)).status]).toEqual([route, 404])
  expect((await ann.delete(path)).status).toBe(404)
  expect((await ann.patch(path, { muted: true })).status).toBe(404)
  expect(await list(ann)).toEqual([])
  expect((await ann.get('/unread-count')).body.data).toEqual({ total: 0, conversations: 0 })
  for (const device of [phone, tablet]) {
    const frame = await device.waitForFrame(
      ({ type, data }) => type === 'conversationUpdated' && data.deleted,
    )
    expect(frame.data).toMatchObject({
      id: old.conversationId,
      clearedSeq: 1,
      lastMessage: null,
      unreadCount: 0,
    })
  }
  const changes = await ann.get(`${path}/changes`)
  expect(changes.body).toEqual({
    data: [{ id: old.id, seq: 1, version: 1, deleted: true }],
    page: { hasMore: false, nextAfter: 1, clearedSeq: 1 },
  })
  expect((await ben.get(path)).body.data).toEqual(bensBefore)

  const later = await ben.sendText(ann.id, 'new')
  await Promise.all([phone, bensPhone].map(device => device.waitForMessage(later.id)))
  expect(bensPhone.framesOf('conversationUpdated')).toEqual([])
  expect(idsOf(await list(ann))).toEqual([old.conversationId])
  expect((await ann.get(path)).body.data).toMatchObject({
    unreadCount: 1,
    lastSeq: 2,
    lastMessage: { id: later.id },
  })
  expect(idsOf((await ann.get(`${path}/messages`)).body.data)).toEqual([later.id])
  expect((await ann.get(`/messages/${old.id}`)).status).toBe(404)
  expect(idsOf((await ben.get(`${path}/messages`)).body.data)).toEqual([later.id, old.id])
})

test('a device that was away learns of a cleared conversation by the changes', async () => {
  const [ann, ben] = await createPair()
  const messages: Message[] = []
  for (const text of ['1', '2', '3']) messages.push(await ben.sendText(ann.id, text))
  const path = `/conversations/${messages[0]?.conversationId}`
  await ann.delete(path)
  const later = await ben.sendText(ann.id, '4')
  const { body } = await ann.get(`${path}/changes?after=3`)
  expect(body.data).toEqual([later])
  expect(body.page).toEqual({ hasMore: false, nextAfter: 4, clearedSeq: 3 })
})

test('a deleted conversation is there again when its owner opens it, still without the old messages', async () => {
  const [ann, ben] = await createPair()
  const { conversationId } = await ben.sendText(ann.id, 'old')
  await ann.delete(`/conversations/${conversationId}`)
  const opened = await ann.post('/conversations', { recipientId: ben.id })
  expect(opened).toMatchObject({
    status: 200,
    body: { data: { id: conversationId, lastMessage: null, clearedSeq: 1 } },
  })
  expect((await ann.get(`/conversations/${conversationId}/messages`)).body.data).toEqual([])
})

test('routes that wait unasked do not when told wait=0', async () => {
  const [ann, ben] = await createPair()
  const message = await ann.sendText(ben.id, 'hi')
  const path = `/conversations/${message.conversationId}`
  const now = { prefer: 'wait=0' }
  const patched = await ann.patch(path, { muted: true }, now)
  expect([patched.status, patched.headers.get('preference-applied')]).toEqual([202, 'wait=0'])
  expect(patched.body.data).toMatchObject({ id: message.conversationId, muted: true, pinned: false })
  expect((await ann.delete(`/messages/${message.id}`, now)).status).toBe(202)
  expect((await ann.delete(path, now)).status).toBe(202)
  const opened = await ann.post('/conversations', { recipientId: ben.id, initialMessage: 'again' }, now)
  expect(opened.status).toBe(202)
  expect(opened.body.data.id).toBe(message.conversationId)
  const later = await ann.sendText(ben.id, 'later')
  const visible = (await ann.get(`${path}/messages`)).body.data
  expect(visible.map((each: Message) => each.textContent)).toEqual(['later', 'again'])
  expect(later.seq).toBe(3)
})

test("the first message's failure is told: no such recipient, or a reply to nothing", async () => {
  const [ann, ben] = await createPair()
  const nobody = await ann.post('/conversations', { recipientId: 2 ** 31 - 1, initialMessage: 'hi' })
  expect([nobody.status, nobody.body.detail]).toEqual([404, 'recipient not found'])
  const initialMessage = { contentType: 'text', textContent: 'hi', replyToId: newId() }
  expect((await ann.post('/conversations', { recipientId: ben.id, initialMessage })).status).toBe(422)
})
