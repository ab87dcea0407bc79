import type { Message } from '../contract/objects.ts'

/** A message as PostgreSQL gives it: from a column list as Dates, out of JSON as strings. */
export interface MessageRow {
  id: string
  conversation_id: string
  sender_id: number
  recipient_id: number
  content_type: string
  text_content: string | null
  media_url: string | null
  media_thumbnail_url: string | null
  audio_duration: number | null
  reply_to_id: string | null
  seq: number
  version: number
  created_at: Date | string
  sent_at: Date | string
  delivered_at: Date | string | null
  read_at: Date | string | null
}

export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    senderId: row.sender_id,
    recipientId: row.recipient_id,
    contentType: row.content_type as Message['contentType'],
    textContent: row.text_content,
    mediaUrl: row.media_url,
    mediaThumbnailUrl: row.media_thumbnail_url,
    audioDuration: row.audio_duration,
    replyToId: row.reply_to_id,
    seq: row.seq,
    version: row.version,
    status: row.read_at ? 'read' : row.delivered_at ? 'delivered' : 'sent',
    createdAt: toTimestamp(row.created_at),
    sentAt: toTimestamp(row.sent_at),
    deliveredAt: row.delivered_at && toTimestamp(row.delivered_at),
    readAt: row.read_at && toTimestamp(row.read_at),
  }
}

export function toTimestamp(value: Date | string): string {
  return new Date(value).toISOString()
}
