import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { acceptCommand } from '../../shared/contract/accept-command.ts'
import { chatCommand } from '../../shared/contract/commands.ts'
import { buildEvent, chatEvent, type EventName } from '../../shared/contract/events.ts'
import { someConversation, storedMessage } from '../../shared/contract/examples.ts'
import { sendMessageBody } from '../../shared/contract/requests.ts'
import { sendCommand } from '../support/commands.ts'
import { propertyRuns } from '../support/property-runs.ts'

const anything = fc.oneof(
  fc.constantFrom(null, undefined, 'text', 'image', '1002', '0', '\ud800', 'https://x.example/a b'),
  fc.constantFrom('x'.repeat(5001), '😀'.repeat(5000)),
  fc.uuid().map(id => id.toUpperCase()),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.object(),
)
const key = fc.constantFrom(
  ...[
    'contentType',
    'content_type',
    'textContent',
    'text_content',
    'mediaUrl',
    'media_url',
    'mediaThumbnailUrl',
  ],
  ...['audioDuration', 'replyToId', 'reply_to_id', 'id', 'recipientId', 'recipient_id', 'other'],
)
const good = fc.record(
  {
    id: fc.uuid(),
    recipientId: fc.oneof(fc.integer({ min: 1, max: 9_999 }), fc.constant('77')),
    contentType: fc.constantFrom('text', 'image'),
    textContent: fc.string({ minLength: 1 }),
    mediaUrl: fc.webUrl(),
  },
  { requiredKeys: ['recipientId', 'contentType'] },
)
const body = fc.oneof(
  anything,
  good,
  fc.tuple(good, key, anything).map(([valid, name, value]) => ({ ...valid, [name]: value })),
)

test('the compiled schema of a message body takes and refuses what the schema does, for the same reasons', () => {
  const compiled = z.compile(sendMessageBody, { strict: true })
  fc.assert(
    fc.property(body, given => {
      expect(outcomeOf(compiled, given)).toEqual(outcomeOf(sendMessageBody, given))
    }),
    propertyRuns(1_000),
  )
})

const ids = { id: storedMessage.id, conversationId: storedMessage.conversationId }
const command = (type: string, data: object) =>
  acceptCommand(1, ids.conversationId, { type, data } as Parameters<typeof acceptCommand>[2])
const COMMANDS = [
  sendCommand(1, 2),
  command('message.delete', { messageId: ids.id }),
  command('messages.read', { upToSeq: 3 }),
  command('messages.delivered', { messageIds: [ids.id] }),
  command('typing.set', { isTyping: true }),
  command('conversation.open', { recipientId: 2 }),
  command('conversation.delete', { upToSeq: 0 }),
]
const event = (name: EventName, data: object) =>
  buildEvent({
    ...{ id: ids.id, name, conversationId: ids.conversationId, time: storedMessage.createdAt },
    data: { audience: [1, 2], ...data } as Parameters<typeof buildEvent>[0]['data'],
  })
const EVENTS = [
  event('message.created', { message: storedMessage }),
  event('messages.read', {
    ...ids,
    messageIds: [ids.id],
    seqs: [1],
    at: storedMessage.createdAt,
    by: 1,
    version: 1,
  }),
  event('message.deleted', { ...ids, seq: 1, version: 1 }),
  event('conversation.updated', { conversation: { ...someConversation, deleted: false } }),
  event('typing.changed', { conversationId: ids.conversationId, userId: 1, isTyping: true }),
  event('command.failed', { id: ids.id, code: 'rejected', detail: 'no' }),
]

test.each([
  ['commands', chatCommand, COMMANDS],
  ['events', chatEvent, EVENTS],
] as [string, typeof chatCommand | typeof chatEvent, object[]][])(
  'the compiled schema of %s takes and refuses what the schema does, for the same reasons',
  (_, schema, samples) => {
    const compiled = z.compile(schema, { strict: true })
    for (const sample of samples) expect(schema.parse(sample)).toBeDefined()
    const given = fc
      .record({
        sample: fc.constantFrom(...samples),
        pick: fc.nat(),
        value: fc.oneof(anything, fc.constant(LEFT_OUT)),
      })
      .map(({ sample, pick, value }) => changeOne(structuredClone(sample), pick, value))
    fc.assert(
      fc.property(given, body => {
        expect(outcomeOf(compiled, body)).toEqual(outcomeOf(schema, body))
      }),
      propertyRuns(1_000),
    )
  },
)

const LEFT_OUT = Symbol('left out')

/** Puts something else in one place, or nothing. */
function changeOne(body: object, pick: number, value: unknown): object {
  const places: [Record<string, unknown>, string][] = []
  const collect = (holder: Record<string, unknown>) => {
    for (const [name, member] of Object.entries(holder)) {
      places.push([holder, name])
      if (typeof member === 'object' && member !== null) collect(member as Record<string, unknown>)
    }
  }
  collect(body as Record<string, unknown>)
  const [holder, name] = places[pick % places.length] as (typeof places)[number]
  if (value === LEFT_OUT) delete holder[name]
  else holder[name] = value
  return body
}

function outcomeOf(schema: z.ZodType, given: unknown) {
  const { success, data, error } = schema.safeParse(given)
  return success ? { data: Object.entries(data as object) } : { issues: error.issues }
}
