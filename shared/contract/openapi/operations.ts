import * as z from 'zod'
import { pendingMessage, someConversation, storedMessage } from '../examples.ts'
import { conversation, deletedMessage, message } from '../objects.ts'
import { listChangesQuery, listConversationsQuery, listMessagesQuery } from '../queries.ts'
import {
  conversationSettingsBody,
  openConversationBody,
  receiptBody,
  sendMessageBody,
  typingBody,
} from '../requests.ts'
import { MEDIA_OPERATIONS } from './media-operations.ts'
import { type Answer, BODY_PROBLEMS, data, type Operation } from './operation.ts'
import { ticketOperation } from './ticket-operation.ts'

const page = <T extends z.ZodType, P extends z.ZodRawShape>(item: T, fields: P) =>
  z.object({ data: z.array(item), page: z.object({ hasMore: z.boolean(), ...fields }) })
const seqOrNull = z.int().nullable()

const oneConversation: Answer = {
  description: 'The conversation, from the caller’s side.',
  schema: data(conversation),
  example: { data: someConversation },
}
const accepted: Answer = {
  description: 'Accepted: it takes effect soon.',
  schema: z.object({ success: z.literal(true) }),
  example: { success: true },
}
const stored: Answer = { ...accepted, description: 'Stored, as `Prefer: wait` asked.' }
const done: Answer = { description: 'Stored.' }

const receipt = (status: 'read' | 'delivered'): Operation => ({
  id: status === 'read' ? 'markRead' : 'markDelivered',
  method: 'post',
  path: `/conversations/{id}/${status}`,
  tag: 'receipts',
  summary: `Marks messages of the other user as ${status}`,
  body: {
    schema: receiptBody,
    examples: { upToSeq: { upToSeq: 12 }, messageIds: { messageIds: [storedMessage.id] } },
  },
  headers: ['Prefer'],
  answers: { 200: stored, 202: accepted },
  problems: [...BODY_PROBLEMS, 404],
})

/** Every route below the base path; `test/unit/openapi.test.ts` holds it to the routes of the ingress. */
export const OPERATIONS: Operation[] = [
  {
    ...{ id: 'listConversations', method: 'get', path: '/conversations', tag: 'conversations' },
    summary: 'Lists the caller’s conversations',
    description: 'Pinned ones first, then those with the newest activity.',
    query: listConversationsQuery,
    answers: {
      200: {
        description: 'One page.',
        schema: page(conversation, { nextCursor: z.string().nullable() }),
        example: { data: [someConversation], page: { hasMore: false, nextCursor: null } },
      },
    },
    problems: [],
  },
  {
    ...{ id: 'openConversation', method: 'post', path: '/conversations', tag: 'conversations' },
    summary: 'Gives the conversation with a user, made if need be',
    description: '`initialMessage` is a text, or a message body without `recipientId`.',
    body: {
      schema: openConversationBody,
      examples: { plain: { recipientId: 2 }, withMessage: { recipientId: 2, initialMessage: 'Hello!' } },
    },
    headers: ['Prefer', 'Idempotency-Key'],
    answers: {
      200: oneConversation,
      201: { ...oneConversation, description: 'The new conversation.' },
      202: {
        description: 'Accepted, but not stored within the wait.',
        schema: data(z.object({ id: z.uuid() })),
        example: { data: { id: someConversation.id } },
      },
    },
    problems: [...BODY_PROBLEMS, 404, 409],
  },
  {
    ...{ id: 'getConversation', method: 'get', path: '/conversations/{id}', tag: 'conversations' },
    summary: 'Gives one conversation',
    answers: { 200: oneConversation },
    problems: [404],
  },
  {
    ...{ id: 'configureConversation', method: 'patch', path: '/conversations/{id}', tag: 'conversations' },
    summary: 'Pins, mutes or archives a conversation, for the caller only',
    body: { schema: conversationSettingsBody, examples: { pin: { pinned: true } } },
    headers: ['Prefer'],
    answers: {
      200: oneConversation,
      202: { ...oneConversation, description: 'Accepted: the conversation as it will be.' },
    },
    problems: [...BODY_PROBLEMS, 404],
  },
  {
    ...{ id: 'deleteConversation', method: 'delete', path: '/conversations/{id}', tag: 'conversations' },
    summary: 'Deletes a conversation with all it holds, for the caller only',
    description: 'A later message brings it back, without the old ones.',
    headers: ['Prefer'],
    answers: { 202: accepted, 204: done },
    problems: [404],
  },
  {
    ...{ id: 'listMessages', method: 'get', path: '/conversations/{id}/messages', tag: 'messages' },
    summary: 'Lists messages of a conversation',
    description:
      'Newest first; with `after`, oldest first. Takes only one of `offset`, `before` and `after`.',
    query: listMessagesQuery,
    answers: {
      200: {
        description: 'One page.',
        schema: page(message, { nextBefore: seqOrNull, nextAfter: seqOrNull.optional() }),
        example: { data: [storedMessage], page: { hasMore: false, nextBefore: null } },
      },
    },
    problems: [404],
  },
  {
    ...{ id: 'listChanges', method: 'get', path: '/conversations/{id}/changes', tag: 'messages' },
    summary: 'Lists every message that changed since a version',
    description:
      'Gap-free catch-up. `page.nextAfter` is the version to ask from next, whether there is more or not.',
    query: listChangesQuery,
    answers: {
      200: {
        description: 'One page, in the order of `version`.',
        schema: page(z.union([message, deletedMessage]), { nextAfter: z.int(), clearedSeq: z.int() }),
        example: { data: [storedMessage], page: { hasMore: false, nextAfter: 1, clearedSeq: 0 } },
      },
    },
    problems: [404],
  },
  receipt('read'),
  receipt('delivered'),
  {
    ...{ id: 'setTyping', method: 'post', path: '/conversations/{id}/typing', tag: 'receipts' },
    summary: 'Tells the other user that the caller is typing, or no longer',
    body: { schema: typingBody, examples: { begins: { isTyping: true } } },
    answers: { 202: accepted },
    problems: [...BODY_PROBLEMS, 404],
  },
  {
    ...{ id: 'sendMessage', method: 'post', path: '/messages', tag: 'messages' },
    summary: 'Sends a message',
    description: 'The same id again is the same message, however often and however late.',
    body: {
      schema: sendMessageBody,
      examples: { text: { recipientId: 2, contentType: 'text', textContent: 'See you at eight?' } },
    },
    headers: ['Prefer', 'Idempotency-Key'],
    answers: {
      200: {
        description: 'It was stored before.',
        schema: data(message),
        example: { data: storedMessage },
      },
      201: {
        description: 'Stored, as `Prefer: wait` asked.',
        schema: data(message),
        example: { data: storedMessage },
      },
      202: {
        description: 'Accepted: the pending message.',
        schema: data(message),
        example: { data: pendingMessage },
      },
    },
    problems: [...BODY_PROBLEMS, 404, 409],
  },
  {
    ...{ id: 'getMessage', method: 'get', path: '/messages/{id}', tag: 'messages' },
    summary: 'Gives one message',
    answers: {
      200: { description: 'The message.', schema: data(message), example: { data: storedMessage } },
    },
    problems: [404],
  },
  {
    ...{ id: 'deleteMessage', method: 'delete', path: '/messages/{id}', tag: 'messages' },
    summary: 'Deletes a message, for the caller only',
    headers: ['Prefer'],
    answers: { 202: accepted, 204: done },
    problems: [404],
  },
  {
    ...{ id: 'getUnreadCount', method: 'get', path: '/unread-count', tag: 'receipts' },
    summary: 'Counts what the caller has not read',
    answers: {
      200: {
        description: 'Messages, and conversations with any.',
        schema: data(z.object({ total: z.int(), conversations: z.int() })),
        example: { data: { total: 3, conversations: 1 } },
      },
    },
    problems: [],
  },
  ...MEDIA_OPERATIONS,
  ticketOperation,
]
