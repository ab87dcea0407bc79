import fc from 'fast-check'
import { beforeAll, expect, inject, test } from 'vitest'
import { newId } from '../../shared/contract/identifiers.ts'
import { type ChatUser, createPair, type Device } from '../support/chat-user.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { buildFrame, OPCODES, openRawSocket, type RawSocket } from '../support/raw-frames.ts'

let ann: ChatUser
let ben: ChatUser
let conversationId: string
beforeAll(async () => {
  ;[ann, ben] = await createPair()
  conversationId = (await ann.sendText(ben.id, 'first')).conversationId
})

const open = ({ token }: ChatUser, ...headers: string[]): Promise<RawSocket> =>
  openRawSocket(`${inject('stack').GATEWAY_URL}/?token=${token}`, ...headers)

/** Of every action one that is right, to be spoilt. */
const VALID = [
  () => ({ action: 'ping' }),
  () => ({ action: 'sendMessage', data: { recipientId: ben.id, contentType: 'text', textContent: 'hi' } }),
  () => ({
    action: 'sendMessage',
    data: { recipient_id: `${ben.id}`, content_type: 'text', text_content: 'é' },
  }),
  () => ({ action: 'markRead', data: { conversationId, upToSeq: 1 } }),
  () => ({ action: 'markDelivered', data: { conversationId, messageIds: [newId()] } }),
  () => ({ action: 'typing', data: { conversationId, isTyping: true } }),
]

const SPECIAL = [
  '"__proto__":{"action":"ping"},',
  '"constructor":1,',
  '\\u0000',
  '\\ud800',
  '\\"',
  '1e400',
  '-0',
  'null',
  '[]',
  '{}',
  '[[[[[[[[',
  '"',
  '}',
  ',',
  '\u2028',
  '\ufeff',
  '🌱',
  '9'.repeat(400),
  'x'.repeat(6000),
]

/** Where, as a share of the text, and what happens there. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  replacement: fc.oneof(fc.constantFrom('', ...SPECIAL), fc.string({ unit: 'binary', maxLength: 8 })),
})

function mutate(frame: string, mutations: { at: number; length: number; replacement: string }[]): string {
  return mutations.reduce((text, { at, length, replacement }) => {
    const start = Math.floor(at * text.length)
    return (text.slice(0, start) + replacement + text.slice(start + length)).toWellFormed()
  }, frame)
}

const isReply = (frame: Device['frames'][number]) => ['ack', 'pong', 'error'].includes(frame.type)

test('whatever becomes of a frame, it is answered once, never by a fault of ours, and others are served', async () => {
  const [other, friend] = await createPair()
  const friendsPhone = await friend.openSocket()
  const phone = await ann.openSocket()
  let replies = 0
  let barriers = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(VALID.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      async (index, mutations) => {
        phone.send(mutate(JSON.stringify(VALID[index]?.()), mutations))
        const requestId = `barrier ${++barriers}`
        phone.send({ action: 'ping', requestId })
        await phone.waitForReply(requestId)
        const answered = phone.frames.filter(isReply)
        replies += 2
        expect(answered.length).toBe(replies)
        for (const { type, data } of answered.slice(-2))
          if (type === 'error') expect([400, 401, 404, 409, 413, 422]).toContain(data.status)
      },
    ),
    propertyRuns(400),
  )
  const message = await other.sendText(friend.id, 'meanwhile')
  await friendsPhone.waitForMessage(message.id)
  expect((await ann.get(`/conversations/${conversationId}`)).status).toBe(200)
})

const text = (payload: string | Buffer, options = {}) => buildFrame(OPCODES.text, payload, options)
const PING = JSON.stringify({ action: 'ping' })

/** [name, bytes, code], as `docs/api.md` tells the codes. */
const BREACHES: [string, () => Buffer[], number][] = [
  ['a frame that is not masked', () => [text(PING, { isMasked: false })], 1002],
  ['a reserved bit', () => [text(PING, { reserved: 4 })], 1002],
  ['a reserved opcode', () => [buildFrame(3, PING)], 1002],
  ['a reserved control opcode', () => [buildFrame(11, '')], 1002],
  ['a ping in fragments', () => [buildFrame(OPCODES.ping, 'a', { fin: false })], 1002],
  ['a ping of 126 bytes', () => [buildFrame(OPCODES.ping, 'a'.repeat(126))], 1002],
  ['a continuation of nothing', () => [buildFrame(OPCODES.continuation, 'a')], 1002],
  ['a second message inside the first', () => [text('{', { fin: false }), text('}')], 1002],
  ['a close of one byte', () => [buildFrame(OPCODES.close, 'a')], 1002],
  [
    'a close with a code that none may send',
    () => [buildFrame(OPCODES.close, Buffer.from([0x03, 0xed]))],
    1002,
  ],
  ['text that is no UTF-8', () => [text(Buffer.from([0x22, 0xff, 0x22]))], 1007],
  ['a surrogate in UTF-8', () => [text(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))], 1007],
  ['a frame of 33 KB', () => [text('x'.repeat(33 * 1024))], 1009],
  ['a frame that says it has 2^62 bytes', () => [text('', { length: 2n ** 62n })], 1009],
  [
    'a message of more than 128 KB in small frames',
    () => [
      text('"', { fin: false }),
      ...Array.from({ length: 70 }, () => buildFrame(OPCODES.continuation, 'x'.repeat(2048), { fin: false })),
    ],
    1009,
  ],
]

test.each(BREACHES)(
  '%s closes its own socket with a code that is documented',
  async (_, makeFrames, code) => {
    const bystander = await ann.openSocket()
    const socket = await open(ann)
    for (const frame of makeFrames()) socket.write(frame)
    expect(await socket.closeCode()).toBe(code)
    bystander.send({ action: 'ping', requestId: 'still here' })
    expect(await bystander.waitForReply('still here')).toMatchObject({ type: 'pong' })
    bystander.close()
  },
)

test('a message in fragments of one byte is read as one, and a binary one is answered with an error', async () => {
  const socket = await open(ann)
  const frame = JSON.stringify({
    action: 'sendMessage',
    data: { recipientId: ben.id, contentType: 'text', textContent: 'in pieces' },
  })
  const phone = await ben.openSocket()
  for (const [n, byte] of [...Buffer.from(frame)].entries())
    socket.write(
      buildFrame(n === 0 ? OPCODES.text : OPCODES.continuation, Buffer.from([byte]), {
        fin: n === Buffer.byteLength(frame) - 1,
      }),
    )
  await phone.waitForFrame(({ type, data }) => type === 'newMessage' && data.textContent === 'in pieces')
  socket.write(buildFrame(OPCODES.binary, PING))
  socket.write(buildFrame(OPCODES.close, Buffer.from([0x03, 0xe8])))
  expect(await socket.closeCode()).toBe(1000)
})

test('compression is not agreed to, so that no frame can grow', async () => {
  const { headers, end } = await open(
    ann,
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  )
  expect(headers).not.toMatch(/sec-websocket-extensions/i)
  end()
})

test('a flood of pings ends its own socket, and nobody else waits', async () => {
  const flood = Buffer.concat(Array.from({ length: 1_000 }, () => buildFrame(OPCODES.ping, 'x'.repeat(125))))
  const [flooder] = await createPair()
  const socket = await open(flooder)
  const phone = await ben.openSocket()
  socket.pause()
  socket.write(flood)
  const message = await ann.sendText(ben.id, 'during the flood')
  await phone.waitForMessage(message.id)
  // Dropped, for it does not read: no code reaches it.
  expect(await socket.closeCode()).toBe(1006)
})
