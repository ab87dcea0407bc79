/**
 * What travels to clients, as plain types without zod: the SDK is built from this file. The schemas of `objects.ts` and
 * `events.ts` are held to it by the compiler.
 */
export type ContentType = 'text' | 'image' | 'video' | 'audio'
export type MessageStatus = 'pending' | 'sent' | 'delivered' | 'read'

/** A message as both participants see it. `seq` and `version` are null until it is stored. */
export interface Message {
  id: string
  conversationId: string
  senderId: number
  recipientId: number
  contentType: ContentType
  textContent: string | null
  mediaUrl: string | null
  mediaThumbnailUrl: string | null
  /** Seconds. */
  audioDuration: number | null
  replyToId: string | null
  /** 1, 2, 3 … per conversation: the order. */
  seq: number | null
  /** Of the conversation, when this message last changed. */
  version: number | null
  status: MessageStatus
  /** RFC 3339, UTC, milliseconds; so are all times. */
  createdAt: string
  sentAt: string | null
  deliveredAt: string | null
  readAt: string | null
}

/** What `changes` gives for a message that the caller deleted. */
export interface DeletedMessage {
  id: string
  seq: number
  version: number
  deleted: true
}

export interface ChatUser {
  id: number
  username: string | null
  name: string | null
  avatarUrl: string | null
}

/** A conversation from the caller's side. `clearedSeq`: messages up to it are deleted for the caller. */
export interface Conversation {
  id: string
  participant1Id: number
  participant2Id: number
  otherUser: ChatUser
  lastMessage: Message | null
  lastMessageAt: string | null
  unreadCount: number
  pinned: boolean
  muted: boolean
  archived: boolean
  lastSeq: number
  version: number
  clearedSeq: number
  createdAt: string
  updatedAt: string
}

/** RFC 9457 problem details, the body of every error answer. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string | undefined
  instance?: string | undefined
  errors?: { path: string; message: string }[] | undefined
  /** Of a 429: seconds until the same may be tried again. */
  retryAfter?: number | undefined
}

/** `version` is that of the last message named; n messages take the n versions up to it. */
export interface MessageStatusChange {
  conversationId: string
  messageIds: string[]
  seqs: number[]
  status: 'delivered' | 'read'
  at: string
  /** The user whose receipt it is. */
  by: number
  version: number
}

/** Why a command could not take effect. */
export type FailureCode =
  | 'recipient_not_found'
  | 'conversation_not_found'
  | 'message_not_found'
  | 'reply_not_found'
  | 'id_conflict'
  | 'rejected'

/** `deleted`: the owner deleted the conversation; a later message brings it back. */
export interface ConversationUpdate extends Conversation {
  deleted: boolean
}

/** What the socket brings, by its `type`. */
export interface FrameData {
  ack: Message | { success: true }
  pong: { at: string }
  error: Problem
  newMessage: Message
  messageStatus: MessageStatusChange
  messageFailed: { id: string; code: FailureCode; detail: string }
  messageDeleted: { id: string; conversationId: string; seq: number; version: number }
  conversationUpdated: ConversationUpdate
  typing: { conversationId: string; userId: number; isTyping: boolean }
}
