import type { Conversation, Message, Problem } from './wire.ts'

const CONVERSATION = '7b9a3f0e-52c8-5d2a-9a51-0b6c6d0f3c11'
const SENT_AT = '2026-03-01T09:30:00.120Z'

export const storedMessage: Message = {
  id: '0195510a-7c00-7000-8000-000000000001',
  conversationId: CONVERSATION,
  senderId: 1,
  recipientId: 2,
  contentType: 'text',
  textContent: 'See you at eight?',
  mediaUrl: null,
  mediaThumbnailUrl: null,
  audioDuration: null,
  replyToId: null,
  seq: 1,
  version: 1,
  status: 'sent',
  createdAt: '2026-03-01T09:30:00.000Z',
  sentAt: SENT_AT,
  deliveredAt: null,
  readAt: null,
}

export const pendingMessage: Message = {
  ...storedMessage,
  seq: null,
  version: null,
  status: 'pending',
  sentAt: null,
}

export const someConversation: Conversation = {
  id: CONVERSATION,
  participant1Id: 1,
  participant2Id: 2,
  otherUser: { id: 2, username: 'grace', name: 'Grace Hopper', avatarUrl: null },
  lastMessage: storedMessage,
  lastMessageAt: SENT_AT,
  unreadCount: 0,
  pinned: false,
  muted: false,
  archived: false,
  lastSeq: 1,
  version: 1,
  clearedSeq: 0,
  createdAt: '2026-03-01T09:30:00.000Z',
  updatedAt: SENT_AT,
}

export const validationProblem: Problem = {
  type: 'https://growzone.co/problems/validation',
  title: 'Validation Failed',
  status: 422,
  detail: 'textContent: is required for contentType text',
  instance: '/api/v1/chat/messages',
  errors: [{ path: 'textContent', message: 'is required for contentType text' }],
}
