import { expect, test } from 'vitest'
import type * as z from 'zod'
import { newId } from '../../shared/contract/identifiers.ts'
import { ProblemError, parseRequest } from '../../shared/contract/problems.ts'
import {
  conversationSettingsBody,
  openConversationBody,
  receiptBody,
  sendMessageBody,
  socketReceiptData,
  socketTypingData,
  typingBody,
} from '../../shared/contract/requests.ts'

const ID = newId()
const MEDIA = 'https://media.example/a.jpg'

/** The paths that fail, in the order found; none when the value is accepted. */
function failingPaths(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value)
  return result.success ? [] : result.error.issues.map(issue => issue.path.join('.'))
}

const allOfMessage = {
  recipientId: 2,
  contentType: 'audio',
  textContent: 'hi',
  mediaUrl: MEDIA,
  mediaThumbnailUrl: MEDIA,
  audioDuration: 12,
  replyToId: ID,
  id: ID,
}

test.each([
  [
    'sendMessage',
    sendMessageBody,
    {
      recipient_id: '2',
      content_type: 'audio',
      text_content: 'hi',
      media_url: MEDIA,
      media_thumbnail_url: MEDIA,
      audio_duration: 12,
      reply_to_id: ID,
      id: ID,
    },
    allOfMessage,
  ],
  [
    'openConversation',
    openConversationBody,
    { recipient_id: 2, initial_message: { content_type: 'text', text_content: 'hi' } },
    { recipientId: 2, initialMessage: { contentType: 'text', textContent: 'hi' } },
  ],
  ['read by ids', receiptBody, { message_ids: [ID] }, { messageIds: [ID] }],
  ['read by seq', receiptBody, { up_to_seq: 3 }, { upToSeq: 3 }],
  [
    'markRead on the socket',
    socketReceiptData,
    { conversation_id: ID, message_ids: [ID] },
    { conversationId: ID, messageIds: [ID] },
  ],
  ['typing', typingBody, { is_typing: true }, { isTyping: true }],
  [
    'typing on the socket',
    socketTypingData,
    { conversation_id: ID, is_typing: false },
    { conversationId: ID, isTyping: false },
  ],
  [
    'typing on the socket by user',
    socketTypingData,
    { recipient_id: '2', is_typing: false },
    { recipientId: 2, isTyping: false },
  ],
])('%s reads snake_case keys', (_, schema, snake, camel) => {
  expect(schema.parse(snake)).toEqual(camel)
})

test('camelCase keys are read as they are, and unknown ones dropped', () => {
  expect(sendMessageBody.parse({ ...allOfMessage, status: 'read', senderId: 9 })).toEqual(allOfMessage)
})

test('keys that mean something to JavaScript are harmless', () => {
  const body = JSON.parse(
    '{"recipientId":2,"contentType":"text","textContent":"hi","__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  )
  const parsed = sendMessageBody.parse(body) as object
  expect(parsed).toEqual({ recipientId: 2, contentType: 'text', textContent: 'hi' })
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
  expect('isAdmin' in parsed).toBe(false)
  expect('isAdmin' in {}).toBe(false)
})

test('members that are null count as absent', () => {
  const nulls = {
    textContent: null,
    mediaThumbnailUrl: null,
    audioDuration: null,
    replyToId: null,
    id: null,
  }
  const body = { recipientId: 2, contentType: 'image', mediaUrl: MEDIA }
  expect(sendMessageBody.parse({ ...body, ...nulls })).toEqual(body)
  expect(openConversationBody.parse({ recipientId: 2, initialMessage: null })).toEqual({ recipientId: 2 })
  expect(receiptBody.parse({ messageIds: null, upToSeq: 1 })).toEqual({ upToSeq: 1 })
})

test.each([
  ['a text without textContent', { contentType: 'text' }, ['textContent']],
  ['a text with null', { contentType: 'text', textContent: null }, ['textContent']],
  ['a text that has media only', { contentType: 'text', mediaUrl: MEDIA }, ['textContent']],
  ['an image without mediaUrl', { contentType: 'image', textContent: 'look' }, ['mediaUrl']],
  ['a video without mediaUrl', { contentType: 'video' }, ['mediaUrl']],
  ['an audio without mediaUrl', { contentType: 'audio', audioDuration: 3 }, ['mediaUrl']],
  ['an unknown contentType', { contentType: 'sticker', textContent: 'x' }, ['contentType']],
  ['no contentType', { textContent: 'x' }, ['contentType']],
  ['an id that is none', { contentType: 'text', textContent: 'x', id: '42' }, ['id']],
  ['a reply to nothing', { contentType: 'text', textContent: 'x', replyToId: '' }, ['replyToId']],
  ['audio of 301 s', { contentType: 'audio', mediaUrl: MEDIA, audioDuration: 301 }, ['audioDuration']],
  [
    'audio of half a second',
    { contentType: 'audio', mediaUrl: MEDIA, audioDuration: 0.5 },
    ['audioDuration'],
  ],
  ['audio of −1 s', { contentType: 'audio', mediaUrl: MEDIA, audioDuration: -1 }, ['audioDuration']],
])('%s is refused with its path', (_, body, paths) => {
  expect(failingPaths(sendMessageBody, { recipientId: 2, ...body })).toEqual(paths)
})

test.each([0, 300])('audio of %d s is accepted', audioDuration => {
  const body = { recipientId: 2, contentType: 'audio', mediaUrl: MEDIA, audioDuration }
  expect(sendMessageBody.parse(body)).toEqual(body)
})

test.each([
  'ftp://media.example/a',
  'javascript:alert(1)',
  'data:text/html,x',
  '/uploads/a.jpg',
  'https:media.example/a',
  'https://media.example/a b',
  'https://media.example/a\0b',
  'https://media.example/a\ud800',
  'https://media.example\\@evil.example/',
  `https://media.example/${'a'.repeat(4096)}`,
])('a media URL that a later stage could not carry, or read otherwise, is refused: %j', mediaUrl => {
  const body = { recipientId: 2, contentType: 'image', mediaUrl }
  expect(new Set(failingPaths(sendMessageBody, body))).toEqual(new Set(['mediaUrl']))
})

test.each([null, [], 'text', 1, undefined])('%j is no message', body => {
  expect(sendMessageBody.safeParse(body).success).toBe(false)
})

test('an initial message is a text or a message body', () => {
  const text = { contentType: 'text', textContent: 'hello' }
  expect(openConversationBody.parse({ recipientId: 2, initialMessage: 'hello' })).toEqual({
    recipientId: 2,
    initialMessage: text,
  })
  const image = { contentType: 'image', mediaUrl: MEDIA }
  expect(openConversationBody.parse({ recipientId: 2, initialMessage: image })).toEqual({
    recipientId: 2,
    initialMessage: image,
  })
})

test.each([
  ['', ['initialMessage.textContent']],
  [{ contentType: 'text' }, ['initialMessage.textContent']],
  [{ contentType: 'image' }, ['initialMessage.mediaUrl']],
  [[], ['initialMessage']],
  [7, ['initialMessage']],
])('the initial message %j is refused with its path', (initialMessage, paths) => {
  expect(failingPaths(openConversationBody, { recipientId: 2, initialMessage })).toEqual(paths)
})

test('a receipt may be a bare array of message ids', () => {
  expect(receiptBody.parse([ID.toUpperCase()])).toEqual({ messageIds: [ID] })
})

test.each([
  ['no target', {}],
  ['both targets', { messageIds: [ID], upToSeq: 1 }],
  ['an empty array', []],
  ['an empty list', { messageIds: [] }],
  ['an array with an id that is none', [ID, 'x']],
  ['501 ids', Array.from({ length: 501 }, newId)],
  ['seq 0', { upToSeq: 0 }],
  ['a seq beyond the safe integers', { upToSeq: 2 ** 53 }],
  ['a seq as text', { upToSeq: '3' }],
  ['null', null],
])('a receipt with %s is refused', (_, body) => {
  expect(receiptBody.safeParse(body).success).toBe(false)
})

test('500 ids in one receipt are accepted', () => {
  expect(receiptBody.safeParse(Array.from({ length: 500 }, newId)).success).toBe(true)
})

test('typing on the socket names the conversation or the user, not both and not none', () => {
  expect(socketTypingData.safeParse({ isTyping: true }).success).toBe(false)
  expect(socketTypingData.safeParse({ conversationId: ID, recipientId: 2, isTyping: true }).success).toBe(
    false,
  )
})

test('settings need one that is known, and only booleans', () => {
  expect(conversationSettingsBody.parse({ pinned: true, muted: null, archived: false })).toEqual({
    pinned: true,
    archived: false,
  })
  for (const body of [{}, { pinned: null }, { colour: 'red' }, { pinned: 'yes' }, { pinned: 1 }, []]) {
    expect(conversationSettingsBody.safeParse(body).success).toBe(false)
  }
})

test('a refused request names every failing path', () => {
  const refusal = () => parseRequest(sendMessageBody, { recipientId: 0, contentType: 'text', id: 'x' })
  expect(refusal).toThrow(ProblemError)
  expect(refusal).toThrow(
    expect.objectContaining({
      status: 422,
      errors: expect.arrayContaining([
        expect.objectContaining({ path: 'recipientId' }),
        expect.objectContaining({ path: 'id' }),
      ]),
    }),
  )
})

test('keys that every object has a meaning for are keys like others: nothing is inherited from them', () => {
  const members = '"recipientId":2,"contentType":"text","textContent":"hi"'
  for (const hidden of [`{"__proto__":{${members}}}`, `{"constructor":{"prototype":{${members}}}}`])
    expect(sendMessageBody.safeParse(JSON.parse(hidden)).success).toBe(false)
  const body = `{"__proto__":{"id":"x","polluted":1},"constructor":1,"to_string":1,${members}}`
  expect(sendMessageBody.parse(JSON.parse(body))).toEqual(sendMessageBody.parse(JSON.parse(`{${members}}`)))
  expect('polluted' in {}).toBe(false)
})
