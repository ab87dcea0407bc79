import { beforeAll, expect, test } from 'vitest'
import { newId } from '../../shared/contract/identifiers.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { type ChatUser, createPair, type Device, queryDatabase } from '../support/chat-user.ts'
import { UNICODE_TORTURE } from '../support/unicode-torture.ts'

/** What one frame may hold; what is longer goes by REST. */
const MAX_FRAME_BYTES = 32_000

const hexOf = (text: string) => Buffer.from(text).toString('hex')

let ann: ChatUser
let ben: ChatUser
let annsPhone: Device
let bensPhone: Device
beforeAll(async () => {
  ;[ann, ben] = await createPair()
  ;[annsPhone, bensPhone] = await Promise.all([ann.openSocket(), ben.openSocket()])
})

/** The text in every place where the recipient, or the sender, finds the message. */
async function findCopies(message: Message): Promise<Record<string, string | null>> {
  const path = `/conversations/${message.conversationId}`
  const { seq, version } = message as { seq: number; version: number }
  const [pushed, pushedToSender, one, list, changes, conversation, conversations, rows] = await Promise.all([
    bensPhone.waitForMessage(message.id),
    annsPhone.waitForMessage(message.id),
    ben.get(`/messages/${message.id}`),
    ben.get(`${path}/messages?after=${seq - 1}&limit=1`),
    ben.get(`${path}/changes?after=${version - 1}&limit=1`),
    ben.get(path),
    ben.get('/conversations'),
    queryDatabase<{ text: string }>('SELECT text_content AS text FROM messages WHERE id = $1', [message.id]),
  ])
  return {
    stored: rows[0]?.text ?? null,
    answered: message.textContent,
    pushed: pushed.data.textContent,
    pushedToSender: pushedToSender.data.textContent,
    one: one.body.data.textContent,
    list: list.body.data[0].textContent,
    changes: changes.body.data[0].textContent,
    preview: conversation.body.data.lastMessage.textContent,
    previewInList: conversations.body.data[0].lastMessage.textContent,
  }
}

async function expectSame(message: Message, text: string): Promise<void> {
  const copies = Object.entries(await findCopies(message))
  expect(copies.map(([place, copy]) => [place, hexOf(copy ?? '')])).toEqual(
    copies.map(([place]) => [place, hexOf(text)]),
  )
}

test.each(Object.entries(UNICODE_TORTURE))(
  '%s survives byte for byte wherever it is read',
  async (_, text) => {
    const byRest = await ann.sendText(ben.id, text)
    await expectSame(byRest, text)
    const reply = await ann.sendText(ben.id, text, { replyToId: byRest.id })
    expect(reply.replyToId).toBe(byRest.id)
    await expectSame(reply, text)
  },
)

const shortOnes = Object.entries(UNICODE_TORTURE).filter(
  ([, text]) => JSON.stringify(text).length * 3 < MAX_FRAME_BYTES,
)

test.each(shortOnes)('%s survives byte for byte when it is sent by socket', async (name, text) => {
  const data = { id: newId(), recipientId: ben.id, contentType: 'text', textContent: text }
  annsPhone.send({ action: 'sendMessage', requestId: name, data })
  const ack = await annsPhone.waitForReply(name)
  expect(hexOf(ack.data.textContent)).toBe(hexOf(text))
  await bensPhone.waitForMessage(data.id)
  await expectSame((await ann.get(`/messages/${data.id}`)).body.data, text)
})

test('composed and decomposed spellings are two texts: neither becomes the other', async () => {
  const [composed, combined] = ['an accent composed', 'the same accent combined'].map(
    name => UNICODE_TORTURE[name] as string,
  ) as [string, string]
  expect(composed.normalize('NFC')).toBe(combined.normalize('NFC'))
  const id = newId()
  await ann.sendText(ben.id, composed, { id })
  const body = { id, recipientId: ben.id, contentType: 'text', textContent: combined }
  expect((await ann.post('/messages', body, { prefer: 'wait=10' })).status).toBe(409)
})

test('one code point more than 5000 after NFC is refused, however it is spelt', async () => {
  for (const text of ['🌱'.repeat(5001), 'e\u0301'.repeat(5001), '\u1100\u1161\u11a8'.repeat(5001)])
    expect(
      (await ann.post('/messages', { recipientId: ben.id, contentType: 'text', textContent: text })).status,
    ).toBe(422)
})
