import * as z from 'zod'
import { named } from './json-forms.ts'
import type { ChatUser, Conversation, DeletedMessage, Message } from './wire.ts'

export type { Conversation, DeletedMessage, Message } from './wire.ts'

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` gives it. */
export const timestamp = z.iso.datetime({ precision: 3 })

export const contentType = z.enum(['text', 'image', 'video', 'audio'])
export const messageStatus = z.enum(['pending', 'sent', 'delivered', 'read'])

export const message = named(
  'Message',
  z.object({
    id: z.uuid(),
    conversationId: z.uuid(),
    senderId: z.int(),
    recipientId: z.int(),
    contentType,
    textContent: z.string().nullable(),
    mediaUrl: z.string().nullable(),
    mediaThumbnailUrl: z.string().nullable(),
    audioDuration: z.int().nullable().describe('seconds'),
    replyToId: z.uuid().nullable(),
    seq: z.int().nullable(),
    version: z.int().nullable(),
    status: messageStatus,
    createdAt: timestamp,
    sentAt: timestamp.nullable(),
    deliveredAt: timestamp.nullable(),
    readAt: timestamp.nullable(),
  }),
) satisfies z.ZodType<Message>

export const deletedMessage = named(
  'DeletedMessage',
  z.object({
    id: z.uuid(),
    seq: z.int(),
    version: z.int(),
    deleted: z.literal(true),
  }),
) satisfies z.ZodType<DeletedMessage>

export const chatUser = named(
  'ChatUser',
  z.object({
    id: z.int(),
    username: z.string().nullable(),
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
  }),
) satisfies z.ZodType<ChatUser>

export const conversation = named(
  'Conversation',
  z.object({
    id: z.uuid(),
    participant1Id: z.int(),
    participant2Id: z.int(),
    otherUser: chatUser,
    lastMessage: message.nullable(),
    lastMessageAt: timestamp.nullable(),
    unreadCount: z.int(),
    pinned: z.boolean(),
    muted: z.boolean(),
    archived: z.boolean(),
    lastSeq: z.int(),
    version: z.int(),
    clearedSeq: z.int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  }),
) satisfies z.ZodType<Conversation>
