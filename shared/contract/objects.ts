import * as z from 'zod'

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` gives it. */
export const timestamp = z.iso.datetime({ precision: 3 })

export const contentType = z.enum(['text', 'image', 'video', 'audio'])
export const messageStatus = z.enum(['pending', 'sent', 'delivered', 'read'])

/** A message as both participants see it. `seq` and `version` are null until it is stored. */
export const message = z.object({
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
})
export type Message = z.infer<typeof message>

/** What `changes` gives for a message that the caller deleted. */
export const deletedMessage = z.object({
  id: z.uuid(),
  seq: z.int(),
  version: z.int(),
  deleted: z.literal(true),
})
export type DeletedMessage = z.infer<typeof deletedMessage>

export const chatUser = z.object({
  id: z.int(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  avatarUrl: z.string().nullable(),
})

/** A conversation from the caller's side. `clearedSeq`: messages up to it are deleted for the caller. */
export const conversation = z.object({
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
})
export type Conversation = z.infer<typeof conversation>
