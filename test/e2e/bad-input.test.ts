import { beforeAll, expect, inject, test } from 'vitest'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import type { Conversation, Message } from '../../shared/contract/objects.ts'
import {
  type ChatUser,
  callApi,
  createPair,
  createTrio,
  createUsers,
  type Device,
  queryDatabase,
} from '../support/chat-user.ts'

const SEEDLING = '🌱'
/** JSON.stringify would spell a lone surrogate as an escape itself; so does this, from a string that holds one. */
const text = (recipientId: unknown, textContent: unknown) => ({
  recipientId,
  contentType: 'text',
  textContent,
})
const errorPaths = (body: { errors: { path: string }[] }) => [
  ...new Set(body.errors.map(error => error.path)),
]

let ann: ChatUser
let ben: ChatUser
let phone: Device
let lastRequest = 0

beforeAll(async () => {
  ;[ann, ben] = await createPair()
  phone = await ann.openSocket()
})

/** Sends a frame and gives the reply to it. */
async function ask(action: string, data: unknown) {
  const requestId = `r${++lastRequest}`
  phone.send({ action, requestId, data })
  return phone.waitForReply(requestId)
}

/** [name, body with errors at paths] */
const BAD_MESSAGES: [string, () => object, string[]][] = [
  ['an unknown content type', () => ({ ...text(ben.id, 'x'), contentType: 'sticker' }), ['contentType']],
  ['no content type', () => ({ recipientId: ben.id, textContent: 'x' }), ['contentType']],
  ['no text', () => ({ recipientId: ben.id, contentType: 'text' }), ['textContent']],
  ['text of 0 characters', () => text(ben.id, ''), ['textContent']],
  ['text of 5001 characters', () => text(ben.id, 'x'.repeat(5001)), ['textContent']],
  ['text of 5001 emoji', () => text(ben.id, SEEDLING.repeat(5001)), ['textContent']],
  ['100 KB of emoji', () => text(ben.id, SEEDLING.repeat(25_000)), ['textContent']],
  ['text that is a number', () => text(ben.id, 42), ['textContent']],
  ['NUL', () => text(ben.id, 'a\0b'), ['textContent']],
  ['a lone high surrogate', () => text(ben.id, 'a\ud83cb'), ['textContent']],
  ['a lone low surrogate', () => text(ben.id, 'a\udf31b'), ['textContent']],
  ['surrogates in the wrong order', () => text(ben.id, '\udf31\ud83c'), ['textContent']],
  ['no recipient', () => ({ contentType: 'text', textContent: 'x' }), ['recipientId']],
  ['recipient 0', () => text(0, 'x'), ['recipientId']],
  ['recipient -1', () => text(-1, 'x'), ['recipientId']],
  ['recipient 2^31', () => text(2 ** 31, 'x'), ['recipientId']],
  ['recipient "2147483648"', () => text('2147483648', 'x'), ['recipientId']],
  ['recipient 1e300', () => text(1e300, 'x'), ['recipientId']],
  ['recipient 1.5', () => text(1.5, 'x'), ['recipientId']],
  ['recipient "abc"', () => text('abc', 'x'), ['recipientId']],
  ['recipient ""', () => text('', 'x'), ['recipientId']],
  ['recipient null', () => text(null, 'x'), ['recipientId']],
  ['recipient [1]', () => text([1], 'x'), ['recipientId']],
  ['oneself as recipient', () => text(ann.id, 'x'), ['recipientId']],
  ['an id that is no UUID', () => ({ ...text(ben.id, 'x'), id: '123' }), ['id']],
  ['an id with a letter too many', () => ({ ...text(ben.id, 'x'), id: `${newId()}a` }), ['id']],
  ['a replyToId that is no UUID', () => ({ ...text(ben.id, 'x'), replyToId: 'first' }), ['replyToId']],
  ['several faults', () => ({ recipientId: 0, contentType: 'gif' }), ['recipientId', 'contentType']],
]

test.each(BAD_MESSAGES)(
  'a message with %s is 422 by REST and an error by socket',
  async (_, makeBody, paths) => {
    const body = makeBody()
    const { status, body: problem } = await ann.post('/messages', body)
    expect(status).toBe(422)
    expect(errorPaths(problem).sort()).toEqual(paths.toSorted())
    if (Buffer.byteLength(JSON.stringify(body)) > 32_000) return
    const reply = await ask('sendMessage', body)
    expect([reply.type, reply.data.status, reply.data.title]).toEqual(['error', 422, 'Validation Failed'])
    expect(errorPaths(reply.data).sort()).toEqual(paths.toSorted())
  },
)

test.each([
  ['exactly 5000 emoji', SEEDLING.repeat(5000)],
  ['5000 letters of two code points each before NFC', 'e\u0301'.repeat(5000)],
  ['noncharacters U+FFFE and U+FFFF', 'a\ufffeb\uffffc'],
  ['control characters', '\u0001\u0008\u000b\u001f\u007f\u0085\u2028\u2029 tab\t cr\r lf\n'],
  ['a family of joined emoji, flags and skin tones', '👨‍👩‍👧‍👦 🇧🇷 👍🏽 ❤️'],
  ['right-to-left text with marks and overrides', 'שָׁלוֹם \u202eabc\u202c \u2067مرحبا\u2069'],
  ['combining marks in an order that NFC would change', 'a\u0301\u0323 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L'],
  ['a byte order mark and private use', '\ufeff\ue000\u{10ffff}\u{1fffe}'],
  [
    'what XML, JSON and SQL hold special',
    `<a b="c">&amp;</a> ]]> \\u0000 \\ " ' $1 %s ; DROP TABLE messages; --`,
  ],
  ['a single space', ' '],
])('text of %s survives byte for byte, by REST and by socket', async (_, textContent) => {
  const [sender, recipient] = await createPair()
  const [sendersPhone, recipientsPhone] = await Promise.all([sender.openSocket(), recipient.openSocket()])
  const stored = await sender.sendText(recipient.id, textContent)
  sendersPhone.send({ action: 'sendMessage', requestId: 's', data: text(recipient.id, textContent) })
  const ack = await sendersPhone.waitForReply('s')
  for (const id of [stored.id, ack.data.id]) {
    const { data } = await recipientsPhone.waitForMessage(id)
    const { body } = await recipient.get(`/messages/${id}`)
    const [row] = await queryDatabase<{ hex: string }>(
      `SELECT encode(convert_to(text_content, 'UTF8'), 'hex') AS hex FROM messages WHERE id = $1`,
      [id],
    )
    const hex = Buffer.from(textContent).toString('hex')
    expect([data.textContent, body.data.textContent].map(each => Buffer.from(each).toString('hex'))).toEqual([
      hex,
      hex,
    ])
    expect(row?.hex).toBe(hex)
  }
})

test.each([
  ['no JSON', 400, '{"recipientId": 1,', {}],
  ['nothing', 400, '', {}],
  ['bytes that are no UTF-8', 400, Buffer.from([0x22, 0xff, 0xfe, 0x22]), {}],
  ['a JSON string', 422, '"hello"', {}],
  ['a JSON array', 422, '[1, 2]', {}],
  ['null', 422, 'null', {}],
  ['a form', 415, 'recipientId=1', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['plain text', 415, '{}', { 'content-type': 'text/plain' }],
  ['no content type', 415, Buffer.from('{}'), { 'content-type': '' }],
  ['2 MB', 413, `"${'x'.repeat(2 * 1024 * 1024)}"`, {}],
] as const)('a body of %s is answered %i on every route that takes one', async (_, status, body, headers) => {
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  for (const [method, path] of [
    ['POST', '/messages'],
    ['POST', '/conversations'],
    ['PATCH', `/conversations/${conversationId}`],
    ['POST', `/conversations/${conversationId}/typing`],
    ['POST', `/conversations/${conversationId}/read`],
    ['POST', `/conversations/${conversationId}/delivered`],
  ] as const) {
    const all = { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json', ...headers }
    const answer = await callApi(method, path, all, body)
    expect([path, answer.status, answer.body.status]).toEqual([path, status, status])
  }
})

test('a long body sent in chunks, its length untold, is 413 as well', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(64 * 1024))
  let sent = 0
  const stream = new ReadableStream({
    pull(controller) {
      if (sent++ < 32) controller.enqueue(chunk)
      else controller.close()
    },
  })
  const response = await fetch(`${inject('stack').INGRESS_URL}/api/v1/chat/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
    body: stream,
    duplex: 'half',
  } as RequestInit)
  expect(response.status).toBe(413)
})

test.each([
  ['/conversations', 'limit=-1'],
  ['/conversations', 'limit=0'],
  ['/conversations', 'limit=101'],
  ['/conversations', 'limit=1e9'],
  ['/conversations', 'limit=1000000000'],
  ['/conversations', 'limit=abc'],
  ['/conversations', 'limit=1.5'],
  ['/conversations', 'archived=perhaps'],
  ['/conversations', 'cursor=abc'],
  ['/conversations', 'cursor=%00'],
  [
    '/conversations',
    `cursor=${encodeCursor({ pinned: false, activity: '2025-02-31 00:00:00+00', id: newId() })}`,
  ],
  [
    '/conversations',
    `cursor=${encodeCursor({ pinned: false, activity: '0000-01-01 00:00:00+00', id: newId() })}`,
  ],
  [
    '/conversations',
    `cursor=${encodeCursor({ pinned: false, activity: '2025-01-01 00:00:00+23', id: newId() })}`,
  ],
  ['/conversations', `cursor=${encodeCursor({ pinned: false, activity: '....', id: newId() })}`],
  [
    '/conversations',
    `cursor=${encodeCursor({ pinned: 1, activity: '2025-01-01 00:00:00+00', id: newId() })}`,
  ],
  ['/conversations', `cursor=${encodeCursor({ pinned: true, activity: '2025-01-01 00:00:00+00', id: 'x' })}`],
  ['/conversations', `cursor=${encodeCursor(null)}`],
  ['/conversations/:id/messages', 'limit=-1'],
  ['/conversations/:id/messages', 'limit=0'],
  ['/conversations/:id/messages', 'limit=1e9'],
  ['/conversations/:id/messages', 'offset=-1'],
  ['/conversations/:id/messages', 'offset=99999999999999999999'],
  ['/conversations/:id/messages', 'before=x'],
  ['/conversations/:id/messages', 'after=-5'],
  ['/conversations/:id/messages', 'before=5&after=1'],
  ['/conversations/:id/messages', `before=${'9'.repeat(400)}`],
  ['/conversations/:id/changes', 'after=-1'],
  ['/conversations/:id/changes', 'after=abc'],
  ['/conversations/:id/changes', 'limit=1000'],
])('GET %s?%s is 422', async (route, query) => {
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  const { status, body } = await ann.get(`${route.replace(':id', conversationId)}?${query}`)
  expect(status).toBe(422)
  expect(body.errors).toHaveLength(1)
})

function encodeCursor(cursor: unknown): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

test('numbers as great as they may be find nothing, and break nothing', async () => {
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  const path = `/conversations/${conversationId}`
  const most = Number.MAX_SAFE_INTEGER
  expect((await ann.get(`${path}/messages?after=${most}`)).body.data).toEqual([])
  expect((await ann.get(`${path}/changes?after=${most}`)).body.data).toEqual([])
  const read = await ann.post(`${path}/read`, { upToSeq: most }, { prefer: 'wait=10' })
  expect(read.status).toBe(200)
})

test.each([
  ['settings with nothing known', 'PATCH', '', {}],
  ['settings that are no booleans', 'PATCH', '', { pinned: 'yes' }],
  ['typing that is no boolean', 'POST', '/typing', { isTyping: 'true' }],
  ['typing without a word of it', 'POST', '/typing', {}],
  ['a receipt for nothing', 'POST', '/read', {}],
  ['a receipt for no ids', 'POST', '/read', { messageIds: [] }],
  ['an empty array', 'POST', '/read', []],
  ['ids that are none', 'POST', '/delivered', ['a', 'b']],
  ['ids and a seq', 'POST', '/read', { messageIds: [newId()], upToSeq: 1 }],
  ['seq 0', 'POST', '/delivered', { upToSeq: 0 }],
  ['seq 1.5', 'POST', '/read', { upToSeq: 1.5 }],
  ['seq beyond what numbers carry', 'POST', '/read', { upToSeq: 2 ** 60 }],
  ['501 ids', 'POST', '/read', Array.from({ length: 501 }, newId)],
])('%s is 422', async (_, method, path, body) => {
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  const answer = await ann.call(method, `/conversations/${conversationId}${path}`, body)
  expect(answer.status).toBe(422)
})

test.each([
  ['typing', {}],
  ['typing', { isTyping: true }],
  ['typing', { isTyping: true, conversationId: 'x' }],
  ['typing', { isTyping: true, conversationId: newId(), recipientId: 1 }],
  ['markRead', { upToSeq: 1 }],
  ['markRead', { conversationId: newId() }],
  ['markDelivered', { conversationId: 'x', upToSeq: 1 }],
  ['markDelivered', null],
  ['sendMessage', 'hello'],
  ['sendMessage', undefined],
])('a %s frame with data %j is answered with an error', async (action, data) => {
  const reply = await ask(action, data)
  expect(reply).toMatchObject({ type: 'error', data: { status: 422, errors: expect.any(Array) } })
})

test.each([
  ['is no JSON', 'hello', 400],
  ['is half a JSON', '{"action":', 400],
  ['is empty', '', 400],
  ['is an array', '[]', 400],
  ['is null', 'null', 400],
  ['has no action', '{"data":{}}', 400],
  ['has an action that is null', '{"action":null}', 400],
  ['has an unknown action', '{"action":"fly"}', 400],
  ['has an action that is no text', '{"action":{"$ne":1}}', 400],
  ['has an action named like what every object has', '{"action":"constructor"}', 400],
  ['has a requestId of 129 characters', JSON.stringify({ action: 'ping', requestId: 'x'.repeat(129) }), 422],
  ['has a requestId that is a number', '{"action":"ping","requestId":7}', 422],
])('a frame that %s is answered with an error, and the socket stays of use', async (_, frame, status) => {
  // Somebody to whom no message of another test is still under way.
  const [user] = await createUsers(1)
  const device = await (user as ChatUser).openSocket()
  device.send(frame)
  device.send({ action: 'ping', requestId: 'after' })
  await device.waitForReply('after')
  expect(device.frames.map(({ type }) => type)).toEqual(['error', 'pong'])
  expect(device.frames[0]?.data).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
  })
  device.close()
})

test('a frame of 33 KB ends its own socket with 1009 and no other, and one of 31 KB is read', async () => {
  const [greedy, modest] = await Promise.all([ann.openSocket(), ann.openSocket()])
  const frame = (length: number) => ({ action: 'ping', requestId: 'long', data: 'x'.repeat(length) })
  modest.send(frame(31 * 1024))
  expect(await modest.waitForReply('long')).toMatchObject({ type: 'pong' })
  greedy.send(frame(33 * 1024))
  expect((await greedy.closed).code).toBe(1009)
  modest.send({ action: 'ping', requestId: 'still here' })
  await modest.waitForReply('still here')
})

test('ids of others are 404 on every route, in the very words used for what does not exist', async () => {
  const [owner, peer, stranger] = await createTrio()
  const message = await owner.sendText(peer.id, 'private')
  const foreign = { conversation: message.conversationId, message: message.id }
  const missing = { conversation: conversationIdOf(stranger.id, 2 ** 31 - 1), message: newId() }
  const routes = (ids: typeof foreign): [string, string, unknown?][] => [
    ['GET', `/conversations/${ids.conversation}`],
    ['PATCH', `/conversations/${ids.conversation}`, { muted: true }],
    ['DELETE', `/conversations/${ids.conversation}`],
    ['GET', `/conversations/${ids.conversation}/messages`],
    ['GET', `/conversations/${ids.conversation}/changes`],
    ['POST', `/conversations/${ids.conversation}/read`, { messageIds: [ids.message] }],
    ['POST', `/conversations/${ids.conversation}/delivered`, { upToSeq: 1 }],
    ['POST', `/conversations/${ids.conversation}/typing`, { isTyping: true }],
    ['GET', `/messages/${ids.message}`],
    ['DELETE', `/messages/${ids.message}`],
  ]
  const before = await stateOf(owner, message)
  for (const [index, [method, path, body]] of routes(foreign).entries()) {
    const [missingMethod, missingPath, missingBody] = routes(missing)[index] as [string, string, unknown]
    const answer = await stranger.call(method, path, body)
    const unknown = await stranger.call(missingMethod, missingPath, missingBody)
    expect([method, path, answer.status]).toEqual([method, path, 404])
    const withoutIds = (each: { instance: string }) => ({ ...each, instance: undefined })
    expect(withoutIds(answer.body)).toEqual(withoutIds(unknown.body))
  }

  const device = await stranger.openSocket()
  for (const [conversationId, messageId] of [
    [foreign.conversation, foreign.message],
    [missing.conversation, missing.message],
  ]) {
    const requestId = `read ${conversationId}`
    device.send({ action: 'markRead', requestId, data: { conversationId, messageIds: [messageId] } })
    const failed = await device.waitForFrame(
      frame => frame.type === 'messageFailed' && frame.requestId === requestId,
    )
    expect(failed.data).toEqual({
      id: expect.any(String),
      code: 'conversation_not_found',
      detail: 'the conversation does not exist',
    })
  }
  const ids = { messageIds: [message.id] }
  const ownConversation = (await stranger.sendText(owner.id, 'hello')).conversationId
  await stranger.post(`/conversations/${ownConversation}/read`, ids, { prefer: 'wait=10' })
  expect(await stateOf(owner, message)).toEqual(before)
})

/** All that the owner sees of a conversation. */
async function stateOf(owner: ChatUser, { conversationId }: Message): Promise<object> {
  const path = `/conversations/${conversationId}`
  const [conversation, messages] = await Promise.all([owner.get(path), owner.get(`${path}/messages`)])
  return { conversation: conversation.body, messages: messages.body }
}

test.each(['conversations', 'messages'])('an id that is no UUID is 422 on every route of %s', async kind => {
  for (const id of [
    '1',
    'undefined',
    `${newId()}0`,
    '%00',
    '%F0%9F',
    "' OR 1=1--",
    newId().replaceAll('-', ''),
  ]) {
    for (const [method, path, body] of [
      ['GET', ''],
      ['DELETE', ''],
      ...(kind === 'messages'
        ? []
        : [
            ['PATCH', '', { muted: true }],
            ['GET', '/messages'],
            ['GET', '/changes'],
            ['POST', '/read', { upToSeq: 1 }],
            ['POST', '/delivered', { upToSeq: 1 }],
            ['POST', '/typing', { isTyping: true }],
          ]),
    ] as [string, string, unknown?][]) {
      const answer = await ann.call(method, `/${kind}/${id}${path}`, body)
      expect([method, id, path, answer.status]).toEqual([method, id, path, 422])
    }
  }
})

test('a body with hundreds of faults is answered with the first of them', async () => {
  const { conversationId } = await ann.sendText(ben.id, 'hi')
  const faults = Array(500).fill('x')
  const { status, body } = await ann.post(`/conversations/${conversationId}/read`, faults)
  expect(status).toBe(422)
  expect(body.errors).toHaveLength(20)
  expect(body.detail.length).toBeLessThan(2000)
  const reply = await ask('markRead', { conversationId, messageIds: faults })
  expect(reply.data.errors).toHaveLength(20)
})

test('an Idempotency-Key of 256 characters is 422, beside an id in the body too, and one of 255 serves', async () => {
  for (const [length, expected] of [
    [256, 422],
    [255, 202],
  ] as const) {
    const headers = { 'idempotency-key': 'k'.repeat(length) }
    expect((await ann.post('/messages', text(ben.id, 'keyed'), headers)).status).toBe(expected)
    const named = { ...text(ben.id, 'named'), id: newId() }
    expect((await ann.post('/messages', named, headers)).status).toBe(expected)
    const opened = await ann.post('/conversations', { recipientId: ben.id }, headers)
    expect(opened.status === 422).toBe(expected === 422)
  }
})

test('a body nested 100 000 deep is refused, and the next request is answered', async () => {
  const depth = 100_000
  const { status } = await ann.post('/messages', `${'['.repeat(depth)}${']'.repeat(depth)}`)
  expect(status).toBe(422)
  expect((await ann.get('/unread-count')).status).toBe(200)
})

test('snake_case is read on every route that takes a body', async () => {
  const [sender, recipient] = await createPair()
  const original = await sender.sendText(recipient.id, 'first')
  const stored = await sender.sendMessage({
    recipient_id: String(recipient.id),
    content_type: 'audio',
    media_url: `${(inject('stack').MEDIA_ORIGINS as string).split(',')[0]}${sender.id}/a.m4a`,
    media_thumbnail_url: null,
    audio_duration: 12,
    reply_to_id: original.id,
    text_content: 'caption',
  })
  expect(stored).toMatchObject({
    contentType: 'audio',
    audioDuration: 12,
    replyToId: original.id,
    textContent: 'caption',
  })
  const path = `/conversations/${stored.conversationId}`
  const wait = { prefer: 'wait=10' }
  expect((await recipient.post('/conversations', { recipient_id: sender.id })).status).toBe(200)
  expect((await recipient.post(`${path}/delivered`, { up_to_seq: 1 }, wait)).status).toBe(200)
  expect((await recipient.post(`${path}/read`, { message_ids: [stored.id] }, wait)).status).toBe(200)
  expect((await recipient.post(`${path}/typing`, { is_typing: true })).status).toBe(202)
  const messages: Message[] = (await sender.get(`${path}/messages`)).body.data
  expect(messages.map(message => message.status)).toEqual(['read', 'delivered'])
})

test('a stranger with an open socket gets nothing of what two others do', async () => {
  const [owner, peer, stranger] = await createTrio()
  const [device, peersPhone] = await Promise.all([stranger.openSocket(), peer.openSocket()])
  const message = await owner.sendText(peer.id, 'between us')
  const path = `/conversations/${message.conversationId}`
  const wait = { prefer: 'wait=10' }
  await owner.post(`${path}/typing`, { isTyping: true })
  await peersPhone.waitForType('typing')
  await peer.post(`${path}/delivered`, { upToSeq: 1 }, wait)
  await peer.post(`${path}/read`, { upToSeq: 1 }, wait)
  await owner.patch(path, { pinned: true })
  await owner.delete(`/messages/${message.id}`)
  await owner.delete(path)
  const last = await owner.sendText(peer.id, 'still between us')
  await peersPhone.waitForMessage(last.id)
  expect((await stranger.get('/conversations')).body.data as Conversation[]).toEqual([])
  const barrier = await owner.sendText(stranger.id, 'for you')
  const { data } = await device.waitForMessage(barrier.id)
  expect(data).toEqual(barrier)
  expect(device.frames).toHaveLength(1)
})
