import type * as z from 'zod'
import { pendingMessage, someConversation, storedMessage, validationProblem } from '../examples.ts'
import { sendMessageBody, socketReceiptData, socketTypingData } from '../requests.ts'
import type { FrameData } from '../wire.ts'

export interface FrameInfo {
  summary: string
  data?: z.ZodType
  example?: unknown
}

const { id, conversationId } = storedMessage

/** Client → server, by `action`. */
export const clientActions: Record<string, FrameInfo> = {
  sendMessage: {
    summary: 'Sends a message; the reply is `ack` with the pending message.',
    data: sendMessageBody,
    example: { recipientId: 2, contentType: 'text', textContent: 'See you at eight?' },
  },
  markRead: {
    summary: 'Marks messages of the other user as read.',
    data: socketReceiptData,
    example: { conversationId, upToSeq: 12 },
  },
  markDelivered: {
    summary: 'Marks messages of the other user as delivered.',
    data: socketReceiptData,
    example: { conversationId, messageIds: [id] },
  },
  typing: {
    summary: 'Tells the other user that the caller is typing, or no longer.',
    data: socketTypingData,
    example: { conversationId, isTyping: true },
  },
  ping: { summary: 'Keeps the socket open; the reply is `pong`.' },
}

/** Server → client, by `type`. */
export const serverFrames: { [Type in keyof FrameData]: FrameInfo & { example: FrameData[Type] } } = {
  ack: { summary: 'A frame was accepted.', example: pendingMessage },
  pong: { summary: 'The reply to `ping`.', example: { at: '2026-03-01T09:30:00.000Z' } },
  error: { summary: 'A frame was refused; the socket stays open.', example: validationProblem },
  newMessage: { summary: 'A message was stored; to every socket of both users.', example: storedMessage },
  messageStatus: {
    summary: 'Messages were delivered or read; to every socket of both users.',
    example: {
      conversationId,
      messageIds: [id],
      seqs: [1],
      status: 'read',
      at: '2026-03-01T09:30:05.000Z',
      by: 2,
      version: 2,
    },
  },
  messageFailed: {
    summary: 'An accepted message can never be stored; to its sender.',
    example: { id, code: 'recipient_not_found', detail: 'the recipient does not exist' },
  },
  messageDeleted: {
    summary: 'The user deleted a message, perhaps on another device.',
    example: { id, conversationId, seq: 1, version: 2 },
  },
  conversationUpdated: {
    summary: 'The user changed settings of a conversation, or deleted it.',
    example: { ...someConversation, deleted: false },
  },
  typing: {
    summary: 'The other user is typing, or no longer.',
    example: { conversationId, userId: 1, isTyping: true },
  },
}
