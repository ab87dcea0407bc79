import { expect, test } from 'vitest'
import {
  acceptCommand,
  acceptMessage,
  acceptReceipt,
  acceptTyping,
} from '../../shared/contract/accept-command.ts'
import { chatCommand } from '../../shared/contract/commands.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { message } from '../../shared/contract/objects.ts'
import { type SendMessageBody, sendMessageBody } from '../../shared/contract/requests.ts'

const [ADA, BOB, EVE] = [1, 2, 3]
const ID = newId()
const mediaOrigins = ['https://media.example', 'https://cdn.example/chat/uploads/']

const accept = (body: object, { sender = ADA, ...options }: { sender?: number; messageId?: string } = {}) =>
  acceptMessage(sender, bodyOf(body), { mediaOrigins, ...options })

function bodyOf(body: object): SendMessageBody {
  return sendMessageBody.parse({
    recipientId: BOB,
    contentType: 'text',
    textContent: 'hi',
    id: ID,
    ...body,
  })
}

test('a message becomes a valid command and the pending message it stands for', () => {
  const { command, pending } = acceptMessage(ADA, bodyOf({}), {
    mediaOrigins,
    requestId: 'r1',
    reportOutcome: true,
  })
  expect(chatCommand.parse(command)).toEqual(command)
  expect(command).toMatchObject({
    type: 'message.send',
    userId: ADA,
    conversationId: conversationIdOf(ADA, BOB),
    requestId: 'r1',
    reportOutcome: true,
  })
  expect(message.parse(pending)).toEqual(pending)
  expect(pending).toMatchObject({
    id: ID,
    senderId: ADA,
    recipientId: BOB,
    seq: null,
    version: null,
    status: 'pending',
    createdAt: command.acceptedAt,
  })
})

test('the same message is the same command, however often it is sent', async () => {
  const first = accept({}).command
  await new Promise(resolve => setTimeout(resolve, 2))
  const again = accept({}).command
  expect(again.acceptedAt).not.toBe(first.acceptedAt)
  expect(again.id).toBe(first.id)
})

test.each([
  ['text', { textContent: 'other' }],
  ['recipient', { recipientId: EVE }],
  ['media', { mediaUrl: 'https://media.example/1/a' }],
  ['thumbnail', { mediaThumbnailUrl: 'https://media.example/1/a' }],
  ['duration', { audioDuration: 1 }],
  ['reply', { replyToId: newId() }],
  ['content type', { contentType: 'image', mediaUrl: 'https://media.example/1/a' }],
  ['id', { id: newId() }],
])('another %s is another command', (_, change) => {
  expect(accept(change).command.id).not.toBe(accept({}).command.id)
})

test('another sender of the same message id is another command', () => {
  expect(accept({}, { sender: EVE }).command.id).not.toBe(accept({}).command.id)
})

test("the body's own id goes before the idempotency key's, and without both there is a new one", () => {
  const messageId = newId()
  expect(accept({}, { messageId }).pending.id).toBe(ID)
  expect(accept({ id: undefined }, { messageId }).pending.id).toBe(messageId)
  expect(accept({ id: undefined }).pending.id).not.toBe(accept({ id: undefined }).pending.id)
})

test('a message to oneself is refused', () => {
  expect(() => accept({ recipientId: ADA })).toThrow(
    expect.objectContaining({
      status: 422,
      errors: [{ path: 'recipientId', message: 'must be somebody else' }],
    }),
  )
})

test.each([
  ['https://media.example/1/a.jpg', 'https://media.example/1/a.jpg'],
  ['https://media.example/1/a-thumbnail.webp', 'https://media.example/1/a-thumbnail.webp'],
  ['https://media.example/1/no-extension', 'https://media.example/1/no-extension'],
  ['https://media.example/1/a.jpg?Expires=1&Signature=x#top', 'https://media.example/1/a.jpg'],
  ['https://media.example:443/1/a.jpg', 'https://media.example/1/a.jpg'],
  ['HTTPS://MEDIA.EXAMPLE/1/a.jpg', 'https://media.example/1/a.jpg'],
  ['https://media.example/2/../1/b.jpg', 'https://media.example/1/b.jpg'],
  ['https://cdn.example/chat/uploads/1/a.jpg', 'https://cdn.example/chat/uploads/1/a.jpg'],
])("the sender's own media is accepted, and stored under one spelling without a query: %s", (given, kept) => {
  const { command, pending } = accept({ contentType: 'image', mediaUrl: given, mediaThumbnailUrl: given })
  expect([command.data.mediaUrl, command.data.mediaThumbnailUrl]).toEqual([kept, kept])
  expect([pending.mediaUrl, pending.mediaThumbnailUrl]).toEqual([kept, kept])
})

test('media with a signature and without are the same message', () => {
  const image = (query: string) =>
    accept({ contentType: 'image', mediaUrl: `https://media.example/1/a.jpg${query}` }).command
  expect(image('?X-Amz-Signature=1').id).toBe(image('').id)
  expect(image('?X-Amz-Signature=2').id).toBe(image('').id)
})

test.each([
  '2/a.jpg',
  '11/a.jpg',
  '01/a.jpg',
  '1',
  '1/',
  'a.jpg',
  '/1/a.jpg',
  '1//a.jpg',
  '1/b/a.jpg',
  '1/../2/a.jpg',
  '1/%2e%2e/2/a.jpg',
  '1%2fa.jpg',
  '1/..%2f2%2fa.jpg',
  '1/%2e%2e%2f2%2fa.jpg',
  '%31/a.jpg',
  '1/a%2ejpg',
  '1/a.jpg%00',
  '1/a.jpg;2/a.jpg',
  '1/.hidden',
  '1/é.jpg',
  '?/1/a.jpg',
  '#/1/a.jpg',
])('what another uploaded, or nobody, is refused: %s', rest => {
  for (const origin of ['https://media.example/', 'https://cdn.example/chat/uploads/']) {
    const refusal = expect.objectContaining({
      status: 422,
      errors: [{ path: 'mediaUrl', message: expect.stringContaining('uploaded') }],
    })
    expect(() => accept({ contentType: 'image', mediaUrl: origin + rest })).toThrow(refusal)
  }
})

test.each([1, 2])("each sender's folder is its own: %i", sender => {
  const image = (owner: number) => ({
    ...{ contentType: 'image', mediaUrl: `https://media.example/${owner}/a.jpg`, recipientId: EVE },
  })
  expect(() => accept(image(sender), { sender })).not.toThrow()
  expect(() => accept(image(3 - sender), { sender })).toThrow()
})

test.each([
  'https://media.example.evil/a.jpg',
  'https://media.example@evil.example/a.jpg',
  'https://user:secret@media.example/a.jpg',
  'https://user@media.example/a.jpg',
  'http://media.example/a.jpg',
  'https://media.example:8443/a.jpg',
  'https://evil.example/https://media.example/a.jpg',
  'https://evil.example/?https://media.example/',
  'https://cdn.example/a.jpg',
  'https://cdn.example/chat/uploads',
  'https://cdn.example/chat/uploads-evil/a.jpg',
  'https://cdn.example/chat/uploads/../secret.jpg',
  'https://cdn.example/chat/uploads/%2e%2e/secret.jpg',
  'https://cdn.example/CHAT/uploads/1/a.jpg',
  'https://cdn.example/chat%2fuploads/1/a.jpg',
  'https://cdn.example/chat/uploads/./../../secret.jpg',
])('media elsewhere is refused, as image and as thumbnail: %s', url => {
  const refusalOf = (path: string) =>
    expect.objectContaining({ status: 422, errors: [expect.objectContaining({ path })] })
  expect(() => accept({ contentType: 'image', mediaUrl: url })).toThrow(refusalOf('mediaUrl'))
  const withThumbnail = {
    contentType: 'image',
    mediaUrl: 'https://media.example/1/a',
    mediaThumbnailUrl: url,
  }
  expect(() => accept(withThumbnail)).toThrow(refusalOf('mediaThumbnailUrl'))
})

test('an origin without a closing slash is a folder all the same', () => {
  const options = { mediaOrigins: ['https://cdn.example/up'] }
  const image = (mediaUrl: string) => bodyOf({ contentType: 'image', mediaUrl })
  expect(() => acceptMessage(ADA, image('https://cdn.example/up/1/a'), options)).not.toThrow()
  expect(() => acceptMessage(ADA, image('https://cdn.example/upper/1/a'), options)).toThrow()
})

test('every other command is valid and new each time', () => {
  const conversationId = conversationIdOf(ADA, BOB)
  const make = () => [
    acceptCommand(ADA, conversationId, { type: 'message.delete', data: { messageId: ID } }),
    acceptCommand(ADA, conversationId, { type: 'conversation.open', data: { recipientId: BOB } }),
    acceptCommand(ADA, conversationId, { type: 'conversation.configure', data: { pinned: true } }),
    acceptCommand(ADA, conversationId, { type: 'conversation.delete', data: { upToSeq: 0 } }),
    acceptReceipt(ADA, 'read', conversationId, { messageIds: [ID] }),
    acceptReceipt(ADA, 'delivered', conversationId, { upToSeq: 3 }),
    acceptTyping(ADA, { conversationId, isTyping: true }),
    acceptTyping(ADA, { recipientId: BOB, isTyping: false }),
  ]
  const commands = make().concat(make())
  for (const command of commands) expect(chatCommand.parse(command)).toEqual(command)
  expect(new Set(commands.map(command => command.id)).size).toBe(commands.length)
  expect(new Set(commands.map(command => command.conversationId))).toEqual(new Set([conversationId]))
})

test('typing to oneself is refused', () => {
  expect(() => acceptTyping(ADA, { recipientId: ADA, isTyping: true })).toThrow(
    expect.objectContaining({ status: 422 }),
  )
})
