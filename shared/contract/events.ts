import * as z from 'zod'
import { failureCode } from './commands.ts'
import { named } from './json-forms.ts'
import { conversation, message, timestamp } from './objects.ts'

const TYPE_PREFIX = 'co.growzone.chat.'
export const EVENT_SOURCE = '/growzone/chat'

/** CloudEvents 1.0 envelope. `audience` names the users whose connections get the event. */
function event<Name extends string, Data extends z.ZodRawShape>(name: Name, data: Data) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.uuid(),
    source: z.string(),
    type: z.literal(`${TYPE_PREFIX}${name}` as const),
    subject: z.uuid().describe('conversation id'),
    time: timestamp,
    datacontenttype: z.literal('application/json'),
    dataversion: z.literal(1),
    data: z.object({ audience: z.array(z.int().positive()), ...data }),
  })
}

/** What events tell and frames hand on, each written once. */
export const receiptData = {
  conversationId: z.uuid(),
  messageIds: z.array(z.uuid()),
  seqs: z.array(z.int()),
  at: timestamp,
  by: z.int(),
  /** That of the last message named; n messages take the n versions up to it. */
  version: z.int(),
}
export const deletionData = { id: z.uuid(), conversationId: z.uuid(), seq: z.int(), version: z.int() }
export const typingData = { conversationId: z.uuid(), userId: z.int(), isTyping: z.boolean() }
export const failureData = {
  id: z.uuid().describe('of the message, or else of the command'),
  code: failureCode,
  detail: z.string(),
}
export const conversationUpdate = named('ConversationUpdate', conversation.extend({ deleted: z.boolean() }))

/** Everything that may stand on `chat-events.fifo`. */
export const chatEvent = z.discriminatedUnion('type', [
  event('message.created', { message }),
  event('messages.delivered', receiptData),
  event('messages.read', receiptData),
  event('message.deleted', deletionData),
  event('conversation.updated', { conversation: conversationUpdate }),
  event('typing.changed', typingData),
  event('command.failed', { ...failureData, requestId: z.string().optional() }),
])
export type ChatEvent = z.infer<typeof chatEvent>
/** What the message attribute `type` may say. */
export const EVENT_TYPES = chatEvent.options.map(({ shape }) => shape.type.value)
export type EventName = ChatEvent['type'] extends `${typeof TYPE_PREFIX}${infer Name}` ? Name : never
export type EventData<Name extends EventName> = Extract<
  ChatEvent,
  { type: `${typeof TYPE_PREFIX}${Name}` }
>['data']

/** Wraps data as a CloudEvent. `id` must follow from the cause alone: it is the deduplication id. */
export function buildEvent<Name extends EventName>(event: {
  id: string
  name: Name
  conversationId: string
  time: string
  data: EventData<Name>
}): ChatEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: EVENT_SOURCE,
    type: `${TYPE_PREFIX}${event.name}`,
    subject: event.conversationId,
    time: event.time,
    datacontenttype: 'application/json',
    dataversion: 1,
    data: event.data,
  } as ChatEvent
}
