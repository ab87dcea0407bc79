import { expect, test } from 'vitest'
import { newId } from '../../shared/contract/identifiers.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { type ChatUser, createPair, createTrio, type Device, readPages } from '../support/chat-user.ts'

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Ann has sent Ben three messages; each has a device open. */
async function threeMessages() {
  const [ann, ben] = await createPair()
  const messages: Message[] = []
  for (const text of ['one', 'two', 'three']) messages.push(await ann.sendText(ben.id, text))
  const [annsPhone, bensPhone] = await Promise.all([ann.openSocket(), ben.openSocket()])
  const { conversationId } = messages[0] as Message
  const path = `/conversations/${conversationId}`
  const statuses = async (user: ChatUser) =>
    (await user.get(`${path}/messages`)).body.data.map((message: Message) => message.status).reverse()
  return {
    ann,
    ben,
    messages,
    ids: messages.map(({ id }) => id),
    path,
    conversationId,
    annsPhone,
    bensPhone,
    statuses,
  }
}

const statusFrames = (device: Device, count: number) =>
  device.waitForFrames(count, frame => frame.type === 'messageStatus')

const READ_BODIES: [string, (ids: string[]) => unknown][] = [
  ['messageIds', ids => ({ messageIds: ids })],
  ['message_ids', ids => ({ message_ids: ids })],
  ['a bare array', ids => ids],
  ['upToSeq', () => ({ upToSeq: 3 })],
  ['up_to_seq', () => ({ up_to_seq: 3 })],
]

test.each(READ_BODIES)('read by %s reaches every device of both as messageStatus', async (_, bodyOf) => {
  const { ann, ben, ids, path, conversationId, annsPhone, bensPhone, statuses } = await threeMessages()
  const { status, body } = await ben.post(`${path}/read`, bodyOf(ids))
  expect([status, body]).toEqual([202, { success: true }])
  for (const device of [annsPhone, bensPhone]) {
    const [frame] = await statusFrames(device, 1)
    expect(frame?.data).toEqual({
      conversationId,
      messageIds: ids,
      seqs: [1, 2, 3],
      status: 'read',
      at: expect.stringMatching(TIMESTAMP),
      by: ben.id,
      version: 6,
    })
  }
  const at: string = annsPhone.framesOf('messageStatus')[0]?.data.at
  for (const user of [ann, ben]) {
    expect(await statuses(user)).toEqual(['read', 'read', 'read'])
    const read = (await user.get(`/messages/${ids[0]}`)).body.data
    expect(read).toMatchObject({ readAt: at, deliveredAt: at, version: 4 })
  }
})

test('delivered, then read, by socket: each is acknowledged and seen by the sender, with versions of their own', async () => {
  const { ann, ben, ids, conversationId, annsPhone, bensPhone, statuses } = await threeMessages()
  bensPhone.send({ action: 'markDelivered', requestId: 'd', data: { conversationId, upToSeq: 2 } })
  const ack = await bensPhone.waitForReply('d')
  expect(ack).toEqual({ type: 'ack', data: { success: true }, requestId: 'd' })
  const [delivered] = await statusFrames(annsPhone, 1)
  expect(delivered?.data).toMatchObject({ status: 'delivered', seqs: [1, 2], by: ben.id, version: 5 })
  expect(await statuses(ann)).toEqual(['delivered', 'delivered', 'sent'])

  bensPhone.send({
    action: 'markRead',
    data: { conversation_id: conversationId, message_ids: [ids[0], ids[2]] },
  })
  const [, read] = await statusFrames(annsPhone, 2)
  expect(read?.data).toMatchObject({ status: 'read', seqs: [1, 3], messageIds: [ids[0], ids[2]], version: 7 })
  expect(await statuses(ben)).toEqual(['read', 'delivered', 'read'])
  const first = (await ann.get(`/messages/${ids[0]}`)).body.data
  expect(first.deliveredAt).toBe(delivered?.data.at)
  expect(first.readAt).toBe(read?.data.at)
})

test("what is read stays read: a late delivered, a second read and the sender's own receipts change nothing", async () => {
  const { ann, ben, ids, path, annsPhone, bensPhone } = await threeMessages()
  await ben.post(`${path}/read`, { messageIds: [ids[0]] }, { prefer: 'wait=10' })
  const before = (await ann.get(path)).body.data
  const receipts = [
    await ben.post(`${path}/delivered`, { messageIds: [ids[0]] }, { prefer: 'wait=10' }),
    await ben.post(`${path}/read`, { messageIds: [ids[0], ids[0], newId()] }, { prefer: 'wait=10' }),
    await ann.post(`${path}/read`, { messageIds: ids }, { prefer: 'wait=10' }),
    await ann.post(`${path}/read`, { upToSeq: 3 }, { prefer: 'wait=10' }),
  ]
  for (const { status, headers, body } of receipts) {
    expect([status, body]).toEqual([200, { success: true }])
    expect(headers.get('preference-applied')).toBe('wait=10')
  }
  expect((await ann.get(path)).body.data).toEqual(before)
  const later = await ann.sendText(ben.id, 'barrier')
  expect(later.version).toBe(5)
  for (const device of [annsPhone, bensPhone]) {
    await device.waitForMessage(later.id)
    expect(device.framesOf('messageStatus')).toHaveLength(1)
  }
})

test('a receipt names only messages of its own conversation', async () => {
  const [ann, ben, cleo] = await createTrio()
  const toBen = await ann.sendText(ben.id, 'for Ben')
  const toBenFromCleo = await cleo.sendText(ben.id, 'from Cleo')
  await ben.post(
    `/conversations/${toBen.conversationId}/read`,
    { messageIds: [toBenFromCleo.id] },
    { prefer: 'wait=10' },
  )
  expect((await cleo.get(`/messages/${toBenFromCleo.id}`)).body.data.status).toBe('sent')
})

test('unread messages are counted until they are read, per conversation and in all', async () => {
  const [ann, ben, cleo] = await createTrio()
  expect((await ben.get('/unread-count')).body).toEqual({ data: { total: 0, conversations: 0 } })
  const [first] = [
    await ann.sendText(ben.id, '1'),
    await ann.sendText(ben.id, '2'),
    await cleo.sendText(ben.id, '3'),
  ]
  expect((await ben.get('/unread-count')).body.data).toEqual({ total: 3, conversations: 2 })
  expect((await ann.get('/unread-count')).body.data).toEqual({ total: 0, conversations: 0 })
  const path = `/conversations/${first.conversationId}`
  expect((await ben.get(path)).body.data.unreadCount).toBe(2)
  expect((await ann.get(path)).body.data.unreadCount).toBe(0)
  await ben.post(`${path}/read`, { upToSeq: 1 }, { prefer: 'wait=10' })
  expect((await ben.get(path)).body.data.unreadCount).toBe(1)
  await ben.post(`${path}/read`, { upToSeq: 999 }, { prefer: 'wait=10' })
  expect((await ben.get('/unread-count')).body.data).toEqual({ total: 1, conversations: 1 })
})

test('versions rise by one with each change, and pages of changes lead without a gap to the state', async () => {
  const { ann, ben, ids, path } = await threeMessages()
  const wait = { prefer: 'wait=10' }
  await ben.post(`${path}/delivered`, { upToSeq: 3 }, wait)
  await ben.post(`${path}/read`, { messageIds: [ids[1]] }, wait)
  await ben.delete(`/messages/${ids[0]}`)
  await ben.sendText(ann.id, 'four')
  // 3 messages, 3 delivered, 1 read, 1 deletion, 1 message.
  for (const user of [ann, ben]) expect((await user.get(path)).body.data.version).toBe(9)

  for (const user of [ann, ben]) {
    const pages = await readPages<Message>(page => {
      if (page === undefined) return `${path}/changes?limit=1`
      return page.hasMore ? `${path}/changes?limit=1&after=${page.nextAfter}` : undefined
    }, user.get)
    const changes = pages.flat()
    // Message 2 was last changed by its receipt, message 1 by its deletion.
    expect(changes.map(({ version, seq }) => [version, seq])).toEqual([
      [6, 3],
      [7, 2],
      [8, 1],
      [9, 4],
    ])
    expect((await user.get(`${path}/changes`)).body.data).toEqual(changes)
    const state = (await user.get(`${path}/messages`)).body.data as Message[]
    const held = changes
      .filter(change => !('deleted' in change))
      .sort((a, b) => Number(b.seq) - Number(a.seq))
    expect(held).toEqual(state)
    expect(state).toHaveLength(user === ben ? 3 : 4)
  }
})

test('a client that missed pushes sees it by the version, and changes heal it', async () => {
  const { ann, ben, ids, path, bensPhone } = await threeMessages()
  const known = new Map<string, Message>()
  const takeIn = (messages: Message[]) => {
    for (const message of messages) known.set(message.id, message)
  }
  takeIn((await ben.get(`${path}/messages`)).body.data)
  let version = 3
  bensPhone.close()
  await bensPhone.closed
  await ann.sendText(ben.id, 'missed')
  await ann.sendText(ben.id, 'missed too')
  await ben.post(`${path}/read`, { messageIds: [ids[2]] }, { prefer: 'wait=10' })

  const tablet = await ben.openSocket()
  const live = await ann.sendText(ben.id, 'live')
  const { data } = await tablet.waitForMessage(live.id)
  expect(data.version).toBe(version + 4)
  for (let hasMore = true; hasMore; ) {
    const { body } = await ben.get(`${path}/changes?after=${version}&limit=2`)
    takeIn(body.data)
    version = body.page.nextAfter
    hasMore = body.page.hasMore
  }
  expect(version).toBe(data.version)
  const held = [...known.values()].sort((a, b) => Number(b.seq) - Number(a.seq))
  expect(held).toEqual((await ben.get(`${path}/messages`)).body.data)
  const nothingNew = await ben.get(`${path}/changes?after=${version}`)
  expect(nothingNew.body).toMatchObject({ data: [], page: { hasMore: false, nextAfter: version } })
})
