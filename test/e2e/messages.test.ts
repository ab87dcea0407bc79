import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { conversationIdOf, deriveId, newId } from '../../shared/contract/identifiers.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { createChatUser, createPair, createTrio, queryDatabase, readPages } from '../support/chat-user.ts'
import { plainUrl } from '../support/plain-url.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const mediaOrigin = () => (inject('stack').MEDIA_ORIGINS as string).split(',')[0] as string
const withPlainUrls = (message: Message) => ({
  ...message,
  mediaUrl: message.mediaUrl && plainUrl(message.mediaUrl),
  mediaThumbnailUrl: message.mediaThumbnailUrl && plainUrl(message.mediaThumbnailUrl),
})
const text = (recipientId: number, textContent: string) => ({ recipientId, contentType: 'text', textContent })

test('a message by REST is answered as pending and comes to both devices of both users as stored', async () => {
  const [ann, ben] = await createPair()
  const devices = await Promise.all([ann.openSocket(), ann.openSocket(), ben.openSocket(), ben.openSocket()])
  const { status, body } = await ann.post('/messages', text(ben.id, 'Hello Ben!'))
  expect(status).toBe(202)
  const pending = body.data
  expect(pending).toEqual({
    id: expect.stringMatching(UUID_V7),
    conversationId: conversationIdOf(ann.id, ben.id),
    senderId: ann.id,
    recipientId: ben.id,
    contentType: 'text',
    textContent: 'Hello Ben!',
    mediaUrl: null,
    mediaThumbnailUrl: null,
    audioDuration: null,
    replyToId: null,
    seq: null,
    version: null,
    status: 'pending',
    createdAt: expect.stringMatching(TIMESTAMP),
    sentAt: null,
    deliveredAt: null,
    readAt: null,
  })
  const stored = {
    ...pending,
    seq: 1,
    version: 1,
    status: 'sent',
    sentAt: expect.stringMatching(TIMESTAMP),
  }
  for (const device of devices) {
    const frame = await device.waitForMessage(pending.id)
    expect(frame).toEqual({ type: 'newMessage', data: stored })
  }
  for (const reader of [ann, ben]) {
    expect((await reader.get(`/messages/${pending.id}`)).body).toEqual({ data: stored })
  }
})

test('a message by socket is acknowledged first, with its requestId, and then comes to all four devices', async () => {
  const [ann, ben] = await createPair()
  const phone = await ann.openSocket()
  const others = await Promise.all([ann.openSocket(), ben.openSocket(), ben.openSocket()])
  phone.send({ action: 'sendMessage', requestId: 'r-1', data: text(ben.id, 'by socket') })
  const ack = await phone.waitForReply('r-1')
  expect(ack).toMatchObject({ type: 'ack', data: { textContent: 'by socket', status: 'pending', seq: null } })
  for (const device of [phone, ...others]) {
    const { data } = await device.waitForMessage(ack.data.id)
    expect(data).toMatchObject({ status: 'sent', seq: 1, senderId: ann.id, createdAt: ack.data.createdAt })
  }
  expect(phone.frames.map(frame => frame.type)).toEqual(['ack', 'newMessage'])
  expect(others.map(device => device.framesOf('ack'))).toEqual([[], [], []])
})

test('image, video and audio messages carry media that lies under a configured origin', async () => {
  const [ann, ben] = await createPair()
  const phone = await ben.openSocket()
  const mediaUrl = `${mediaOrigin()}${ann.id}/${newId()}.bin`
  const kinds = [
    {
      contentType: 'image',
      mediaUrl,
      mediaThumbnailUrl: `${mediaOrigin()}${ann.id}/small.webp`,
      textContent: 'a caption',
    },
    { contentType: 'video', mediaUrl },
    { contentType: 'audio', mediaUrl, audioDuration: 300 },
    { contentType: 'audio', mediaUrl, audioDuration: 0 },
  ]
  for (const kind of kinds) {
    const stored = await ann.sendMessage({ recipientId: ben.id, ...kind })
    expect(withPlainUrls(stored)).toMatchObject(kind)
    const { data } = await phone.waitForMessage(stored.id)
    expect(withPlainUrls(data)).toEqual(withPlainUrls(stored))
  }
})

test('media elsewhere, or missing, is refused by REST and by socket', async () => {
  const [ann, ben] = await createPair()
  const phone = await ann.openSocket()
  const origin = mediaOrigin()
  const outside = new URL('/other-bucket/x.png', origin).href
  const own = `${origin}${ann.id}/x`
  const bad = [
    { contentType: 'image' },
    { contentType: 'image', textContent: 'no picture' },
    { contentType: 'image', mediaUrl: 'https://evil.example/x.png' },
    { contentType: 'image', mediaUrl: outside },
    { contentType: 'image', mediaUrl: `${origin}../other-bucket/x.png` },
    { contentType: 'image', mediaUrl: `${origin}%2e%2e/other-bucket/x.png` },
    { contentType: 'image', mediaUrl: 'javascript:alert(1)' },
    { contentType: 'image', mediaUrl: 'x.png' },
    { contentType: 'image', mediaUrl: own + 'x'.repeat(4096) },
    { contentType: 'image', mediaUrl: `${own}\0.png` },
    { contentType: 'image', mediaUrl: `${own}\ud800.png` },
    { contentType: 'image', mediaUrl: `${origin}${ann.id}/a space.png` },
    { contentType: 'image', mediaUrl: `${origin}${ben.id}/x.png` },
    { contentType: 'image', mediaUrl: `${origin}${ann.id}/../${ben.id}/x.png` },
    { contentType: 'image', mediaUrl: `${origin}${ann.id}%2f..%2f${ben.id}%2fx.png` },
    { contentType: 'image', mediaUrl: own, mediaThumbnailUrl: `${origin}${ben.id}/x.png` },
    { contentType: 'image', mediaUrl: own.replace('//', '//user:secret@') },
    { contentType: 'image', mediaUrl: own, mediaThumbnailUrl: outside },
    { contentType: 'audio', mediaUrl: own, audioDuration: 301 },
    { contentType: 'audio', mediaUrl: own, audioDuration: -1 },
    { contentType: 'audio', mediaUrl: own, audioDuration: 1.5 },
  ]
  for (const [index, fields] of bad.entries()) {
    const body = { recipientId: ben.id, ...fields }
    const answer = await ann.post('/messages', body)
    expect.soft([fields, answer.status]).toEqual([fields, 422])
    phone.send({ action: 'sendMessage', requestId: `bad-${index}`, data: body })
    const reply = await phone.waitForReply(`bad-${index}`)
    expect.soft([fields, reply.type, reply.data.status]).toEqual([fields, 'error', 422])
  }
})

test('a reply names its original; one to a message of another conversation is refused by REST at once', async () => {
  const [ann, ben, cleo] = await createTrio()
  const original = await ann.sendText(ben.id, 'question')
  const reply = await ben.sendText(ann.id, 'answer', { replyToId: original.id })
  expect(reply.replyToId).toBe(original.id)
  expect((await ann.get(`/messages/${reply.id}`)).body.data).toEqual(reply)

  const foreign = await ben.sendText(cleo.id, 'private')
  const refused = await ben.post('/messages', { ...text(ann.id, 'no'), replyToId: foreign.id })
  expect(refused.status).toBe(422)
  expect(refused.body.errors).toEqual([{ path: 'replyToId', message: expect.any(String) }])
})

test('a reply to what others wrote to each other is answered as one to what does not exist', async () => {
  const [ann, ben, cleo] = await createTrio()
  const phone = await ann.openSocket()
  const foreign = await ben.sendText(cleo.id, 'private')
  for (const replyToId of [foreign.id, newId()]) {
    const body = { ...text(ben.id, 'no'), replyToId }
    const accepted = await ann.post('/messages', body)
    expect(accepted.status).toBe(202)
    const failed = await phone.waitForFrame(frame => frame.data.id === accepted.body.data.id)
    expect(failed).toMatchObject({ type: 'messageFailed', data: { code: 'reply_not_found' } })
    const waited = await ann.post('/messages', body, { prefer: 'wait=10' })
    expect([waited.status, waited.body.detail]).toEqual([422, failed.data.detail])
  }
})

test('a reply by socket to another conversation, or to nothing, ends in messageFailed for its sender alone', async () => {
  const [ann, ben, cleo] = await createTrio()
  const foreign = await ben.sendText(cleo.id, 'private')
  const [phone, tablet, bensPhone] = await Promise.all([ann.openSocket(), ann.openSocket(), ben.openSocket()])
  for (const [requestId, replyToId] of [
    ['to-foreign', foreign.id],
    ['to-nothing', newId()],
  ]) {
    phone.send({ action: 'sendMessage', requestId, data: { ...text(ben.id, 'no'), replyToId } })
    const { data: pending } = await phone.waitForReply(requestId as string)
    const isFailure = (frame: { type: string; data: { id: string } }) =>
      frame.type === 'messageFailed' && frame.data.id === pending.id
    for (const device of [phone, tablet]) {
      const failed = await device.waitForFrame(isFailure)
      expect(failed.requestId).toBe(requestId)
      expect(failed.data).toEqual({ id: pending.id, code: 'reply_not_found', detail: expect.any(String) })
    }
    expect((await ann.get(`/messages/${pending.id}`)).status).toBe(404)
  }
  const later = await ann.sendText(ben.id, 'still works')
  await bensPhone.waitForMessage(later.id)
  expect(bensPhone.framesOf('messageFailed')).toEqual([])
  const fromAnn = bensPhone.framesOf('newMessage').filter(frame => frame.data.senderId === ann.id)
  expect(fromAnn.map(frame => frame.data)).toEqual([later])
})

test('a reply sent right behind its original, both still on their way, is stored', async () => {
  const [ann, ben] = await createPair()
  const phone = await ann.openSocket()
  const original = newId()
  phone.send({ action: 'sendMessage', data: { ...text(ben.id, 'first'), id: original } })
  phone.send({ action: 'sendMessage', data: { ...text(ben.id, 'second'), replyToId: original } })
  const [first, second] = await phone.waitForFrames(2, frame => frame.type === 'newMessage')
  expect(first?.data).toMatchObject({ id: original, seq: 1 })
  expect(second?.data).toMatchObject({ replyToId: original, seq: 2 })
})

test('a message deleted by one user is gone for that user alone, and its other devices learn of it', async () => {
  const [ann, ben] = await createPair()
  const kept = await ann.sendText(ben.id, 'stays')
  const gone = await ann.sendText(ben.id, 'goes')
  const conversation = `/conversations/${gone.conversationId}`
  const [tablet, bensPhone] = await Promise.all([ann.openSocket(), ben.openSocket()])
  expect((await ann.delete(`/messages/${gone.id}`)).status).toBe(204)
  expect((await ann.get(`/messages/${gone.id}`)).status).toBe(404)
  expect((await ann.delete(`/messages/${gone.id}`)).status).toBe(404)

  const frame = await tablet.waitForType('messageDeleted')
  expect(frame.data).toEqual({ id: gone.id, conversationId: gone.conversationId, seq: 2, version: 3 })
  const listed = await ann.get(`${conversation}/messages`)
  expect(listed.body.data.map((message: Message) => message.id)).toEqual([kept.id])
  expect((await ann.get(conversation)).body.data.lastMessage.id).toBe(kept.id)
  const changes = await ann.get(`${conversation}/changes?after=2`)
  expect(changes.body.data).toEqual([{ id: gone.id, seq: 2, version: 3, deleted: true }])

  expect((await ben.get(`/messages/${gone.id}`)).body.data).toMatchObject({ textContent: 'goes', seq: 2 })
  expect((await ben.get(conversation)).body.data.lastMessage.id).toBe(gone.id)
  const later = await ann.sendText(ben.id, 'later')
  await bensPhone.waitForMessage(later.id)
  expect(bensPhone.framesOf('messageDeleted')).toEqual([])
})

test('60 messages are the same by offset, by before and by after, without overlap or gap', async () => {
  const [ann, ben] = await createPair()
  for (let n = 1; n <= 60; n++) {
    const { status } = await (n % 3 ? ann : ben).post('/messages', text(n % 3 ? ben.id : ann.id, `no. ${n}`))
    expect(status).toBe(202)
  }
  const last = await ann.sendText(ben.id, 'no. 61')
  expect(last.seq).toBe(61)
  const path = `/conversations/${last.conversationId}/messages`

  const byOffset: Message[][] = []
  for (let offset = 0; offset < 75; offset += 25) {
    const { body } = await ben.get(`${path}?limit=25&offset=${offset}`)
    byOffset.push(body.data)
    expect(body.page.hasMore).toBe(offset < 50)
  }
  expect(byOffset.map(page => page.length)).toEqual([25, 25, 11])
  const all = byOffset.flat()
  expect(all.map(message => message.seq)).toEqual(Array.from({ length: 61 }, (_, n) => 61 - n))
  expect(all.map(message => message.textContent)).toEqual(
    Array.from({ length: 61 }, (_, n) => `no. ${61 - n}`),
  )

  const byBefore = await readPages<Message>(page => {
    if (page === undefined) return `${path}?limit=7`
    expect(page.hasMore).toBe(page.nextBefore !== null)
    return page.hasMore ? `${path}?limit=7&before=${page.nextBefore}` : undefined
  }, ann.get)
  expect(byBefore.map(page => page.length)).toEqual([...Array(8).fill(7), 5])
  expect(byBefore.flat()).toEqual(all)

  const byAfter = await readPages<Message>(page => {
    if (page === undefined) return `${path}?limit=10&after=0`
    return page.hasMore ? `${path}?limit=10&after=${page.nextAfter}` : undefined
  }, ann.get)
  expect(byAfter.flat()).toEqual(all.toReversed())

  expect((await ann.get(path)).body.data).toEqual(all.slice(0, 50))
  expect((await ann.get(`${path}?offset=1000000`)).body).toMatchObject({ data: [], page: { hasMore: false } })
  expect((await ann.get(`${path}?before=1`)).body.data).toEqual([])
  expect((await ann.get(`${path}?before=${Number.MAX_SAFE_INTEGER}`)).body.data).toEqual(all.slice(0, 50))
})

test.each([
  ['that is a UUID', () => randomUUID(), (_: number, key: string) => key],
  ['that is no UUID', () => `order ${randomUUID()}`, (userId: number, key: string) => deriveId(userId, key)],
])(
  '20 concurrent sends with one Idempotency-Key %s make one message with one answer',
  async (_, makeKey, idOf) => {
    const [ann, ben] = await createPair()
    const phone = await ben.openSocket()
    const key = makeKey()
    const send = (headers = {}) =>
      ann.post('/messages', text(ben.id, 'once'), { 'idempotency-key': key, ...headers })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send()))
    expect(answers.map(answer => answer.status)).toEqual(Array(20).fill(202))
    const [first] = answers
    expect(answers.map(answer => answer.body)).toEqual(Array(20).fill(first?.body))
    const id: string = first?.body.data.id
    expect(id).toBe(idOf(ann.id, key))

    await phone.waitForMessage(id)
    expect((await send()).body).toEqual(first?.body)
    const waited = await send({ prefer: 'wait=10' })
    expect(waited).toMatchObject({ status: 200, body: { data: { id, seq: 1, status: 'sent' } } })
    const conflict = await ann.post('/messages', text(ben.id, 'other'), { 'idempotency-key': key })
    expect(conflict).toMatchObject({ status: 409, body: { status: 409, title: 'Conflict' } })

    const later = await ann.sendText(ben.id, 'a second one')
    expect(later.seq).toBe(2)
    await phone.waitForMessage(later.id)
    expect(phone.framesOf('newMessage')).toHaveLength(2)
    const [stored] = await queryDatabase('SELECT text_content FROM messages WHERE id = $1', [id])
    expect(stored).toEqual({ text_content: 'once' })
  },
)

test('the same id sent 20 times at once by socket is acknowledged each time and stored once', async () => {
  const [ann, ben] = await createPair()
  const [phone, bensPhone] = await Promise.all([ann.openSocket(), ben.openSocket()])
  const id = newId()
  for (let n = 0; n < 20; n++) phone.send({ action: 'sendMessage', data: { ...text(ben.id, 'once'), id } })
  const acks = await phone.waitForFrames(20, frame => frame.type === 'ack')
  expect(new Set(acks.map(ack => ack.data.id))).toEqual(new Set([id]))
  const later = await ann.sendText(ben.id, 'after')
  await Promise.all([phone.waitForMessage(later.id), bensPhone.waitForMessage(later.id)])
  for (const device of [phone, bensPhone])
    expect(device.framesOf('newMessage').map(frame => frame.data.seq)).toEqual([1, 2])
})

test('an id taken by another message is refused, whoever asks, and the stored message stays as it is', async () => {
  const [ann, ben, cleo] = await createTrio()
  const stored = await ann.sendText(ben.id, 'mine')
  const { id } = stored
  expect((await ann.post('/messages', { ...text(ben.id, 'changed'), id })).status).toBe(409)
  expect((await ann.post('/messages', { ...text(cleo.id, 'mine'), id })).status).toBe(409)
  expect((await ben.post('/messages', { ...text(ann.id, 'mine'), id })).status).toBe(409)
  expect((await cleo.post('/messages', text(ben.id, 'mine'), { 'idempotency-key': id })).status).toBe(409)
  for (const [sender, recipientId] of [
    [ann, ben.id],
    [ben, ann.id],
    [cleo, ann.id],
  ] as const) {
    const phone = await sender.openSocket()
    phone.send({ action: 'sendMessage', requestId: 'r', data: { ...text(recipientId, 'stolen'), id } })
    const failed = await phone.waitForType('messageFailed')
    expect(failed).toMatchObject({ requestId: 'r', data: { id, code: 'id_conflict' } })
  }
  for (const reader of [ann, ben]) expect((await reader.get(`/messages/${id}`)).body.data).toEqual(stored)
})

test('the same non-UUID key of two senders stands for two messages', async () => {
  const [ann, ben] = await createPair()
  const headers = { 'idempotency-key': 'retry-1', prefer: 'wait=10' }
  const [fromAnn, fromBen] = await Promise.all([
    ann.post('/messages', text(ben.id, 'from Ann'), headers),
    ben.post('/messages', text(ann.id, 'from Ben'), headers),
  ])
  expect([fromAnn.status, fromBen.status]).toEqual([201, 201])
  expect(fromAnn.body.data.id).not.toBe(fromBen.body.data.id)
})

test('Prefer: wait gives the stored message with 201, 200 to a repeat, and says what was applied', async () => {
  const [ann, ben] = await createPair()
  const id = newId()
  const send = (wait: string) =>
    ann.post('/messages', { ...text(ben.id, 'read my write'), id }, { prefer: wait })
  const stored = await send('wait=10')
  expect(stored).toMatchObject({ status: 201, body: { data: { id, seq: 1, status: 'sent' } } })
  expect(stored.headers.get('preference-applied')).toBe('wait=10')
  const capped = await send('respond-async, wait=99')
  expect(capped.headers.get('preference-applied')).toBe('wait=10')
  expect(capped).toMatchObject({ status: 200, body: stored.body })
  const unwaited = await send('wait=0')
  expect(unwaited).toMatchObject({ status: 202, body: { data: { id, status: 'pending' } } })
})

test('a repeat that waits is answered as soon as the message is stored, although its first send did not wait', async () => {
  const [ann, ben] = await createPair()
  const body = { ...text(ben.id, 'hasty'), id: newId() }
  const [first, repeat] = await Promise.all([
    ann.post('/messages', body),
    ann.post('/messages', body, { prefer: 'wait=8' }),
  ])
  expect(first.status).toBe(202)
  expect(repeat.body.data).toMatchObject({ id: body.id, seq: 1, status: 'sent' })
  const startedAt = performance.now()
  const again = await ann.post('/messages', body, { prefer: 'wait=8' })
  expect(again).toMatchObject({ status: 200, body: repeat.body })
  expect(performance.now() - startedAt).toBeLessThan(4000)
})

test('a recipient who does not exist is 404 by REST, waiting or not, and messageFailed by socket', async () => {
  const [ann] = await createPair()
  const nobody = 2 ** 31 - 1
  for (const headers of [{}, { prefer: 'wait=10' }]) {
    const { status, body } = await ann.post('/messages', text(nobody, 'hello?'), headers)
    expect([status, body.detail]).toEqual([404, 'recipient not found'])
  }
  const phone = await ann.openSocket()
  phone.send({ action: 'sendMessage', requestId: 'r', data: text(nobody, 'hello?') })
  const ack = await phone.waitForType('ack')
  const failed = await phone.waitForType('messageFailed')
  expect(failed).toMatchObject({ requestId: 'r', data: { id: ack.data.id, code: 'recipient_not_found' } })
})

test('a user known since a moment can be written to', async () => {
  const [ann] = await createPair()
  const id = 900_000_000
  const body = text(id, 'welcome')
  await queryDatabase('DELETE FROM users WHERE id = $1', [id])
  expect((await ann.post('/messages', body)).status).toBe(404)
  await queryDatabase(`INSERT INTO users (id, username, name) VALUES ($1, 'late', 'Late')`, [id])
  const stored = await ann.sendMessage(body)
  expect((await (await createChatUser(id)).get(`/messages/${stored.id}`)).status).toBe(200)
})
