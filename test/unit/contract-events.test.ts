import { expect, test } from 'vitest'
import { acceptMessage } from '../../shared/contract/accept-command.ts'
import { buildEvent, chatEvent, type EventData, type EventName } from '../../shared/contract/events.ts'
import { errorFrame, frameOf } from '../../shared/contract/frames.ts'
import { conversationIdOf, deriveId, newId } from '../../shared/contract/identifiers.ts'
import { buildProblem } from '../../shared/contract/problems.ts'
import { sendMessageBody } from '../../shared/contract/requests.ts'

const [ADA, BOB] = [1, 2]
const conversationId = conversationIdOf(ADA, BOB)
const id = newId()
const at = '2026-01-02T03:04:05.678Z'
const body = sendMessageBody.parse({ recipientId: BOB, contentType: 'text', textContent: 'hi' })
const message = { ...acceptMessage(ADA, body, { mediaOrigins: [] }).pending, seq: 1, version: 1 }
const receipt = { conversationId, messageIds: [id], seqs: [4], at, by: BOB, version: 9 }
const failure = { id, code: 'id_conflict' as const, detail: 'another message has this id' }
const conversation = {
  id: conversationId,
  participant1Id: ADA,
  participant2Id: BOB,
  otherUser: { id: BOB, username: 'bob', name: null, avatarUrl: null },
  lastMessage: message,
  lastMessageAt: at,
  unreadCount: 1,
  pinned: true,
  muted: false,
  archived: false,
  lastSeq: 1,
  version: 1,
  clearedSeq: 0,
  createdAt: at,
  updatedAt: at,
  deleted: false,
}

const audience = [ADA, BOB]
const cases: { [Name in EventName]: { data: EventData<Name>; frame: object } } = {
  'message.created': { data: { audience, message }, frame: { type: 'newMessage', data: message } },
  'messages.delivered': {
    data: { audience, ...receipt },
    frame: { type: 'messageStatus', data: { ...receipt, status: 'delivered' } },
  },
  'messages.read': {
    data: { audience, ...receipt },
    frame: { type: 'messageStatus', data: { ...receipt, status: 'read' } },
  },
  'message.deleted': {
    data: { audience, id, conversationId, seq: 4, version: 9 },
    frame: { type: 'messageDeleted', data: { id, conversationId, seq: 4, version: 9 } },
  },
  'conversation.updated': {
    data: { audience, conversation },
    frame: { type: 'conversationUpdated', data: conversation },
  },
  'typing.changed': {
    data: { audience, conversationId, userId: ADA, isTyping: true },
    frame: { type: 'typing', data: { conversationId, userId: ADA, isTyping: true } },
  },
  'command.failed': {
    data: { audience, ...failure, requestId: 'r1' },
    frame: { type: 'messageFailed', data: failure, requestId: 'r1' },
  },
}

test.each(Object.entries(cases))(
  '%s travels as a CloudEvent and becomes its frame',
  (name, { data, frame }) => {
    const eventId = deriveId(name, id)
    const event = buildEvent({
      id: eventId,
      name: name as EventName,
      conversationId,
      time: at,
      data: data as EventData<EventName>,
    })
    expect(event).toMatchObject({
      specversion: '1.0',
      id: eventId,
      type: `co.growzone.chat.${name}`,
      subject: conversationId,
      time: at,
      datacontenttype: 'application/json',
    })
    const arrived = chatEvent.parse(JSON.parse(JSON.stringify(event)))
    expect(arrived).toEqual(event)
    expect(frameOf(arrived)).toEqual(frame)
    expect(JSON.stringify(frameOf(arrived))).not.toContain('audience')
  },
)

test('a failure without a requestId has none in its frame', () => {
  const event = buildEvent({
    id,
    name: 'command.failed',
    conversationId,
    time: at,
    data: { audience, ...failure },
  })
  expect(frameOf(event)).toEqual({ type: 'messageFailed', data: failure })
})

test('an event of another version, or of an unknown type, is refused', () => {
  const event = buildEvent({
    id,
    name: 'command.failed',
    conversationId,
    time: at,
    data: { audience, ...failure },
  })
  expect(chatEvent.safeParse({ ...event, dataversion: 2 }).success).toBe(false)
  expect(chatEvent.safeParse({ ...event, type: 'co.growzone.chat.message.edited' }).success).toBe(false)
  expect(chatEvent.safeParse({ ...event, specversion: '0.3' }).success).toBe(false)
})

test('an error frame carries the problem, and the requestId where there was one', () => {
  const problem = buildProblem(422, 'no')
  expect(errorFrame(problem)).toEqual({ type: 'error', data: problem })
  expect(errorFrame(problem, 'r1')).toEqual({ type: 'error', data: problem, requestId: 'r1' })
})
