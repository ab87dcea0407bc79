import { conversationIdOf, newId } from '../../../shared/contract/identifiers.ts'
import type { Message } from '../../../shared/contract/objects.ts'
import type { MessageBody } from './message-body.ts'
import { connectPool, type MessageStore, participantsOf } from './store-message.ts'

/** From 4 to 32 it makes no difference in speed; with few connections PostgreSQL works least. */
const POOL_SIZE = 8
/** Else a plan made while the tables are small scans them as they grow. */
const NO_SCANS = '-c enable_seqscan=off'
const MAX_REMEMBERED_PAIRS = 100_000

/** Grows the conversation and inserts the message, in one round trip and one commit. */
const STORE = {
  name: 'store_message',
  text: `
    WITH grown AS (
      UPDATE conversations SET last_seq = last_seq + 1, version = version + 1, updated_at = $11::timestamptz,
        last_message_at = $11::timestamptz,
        participant1_deleted_at = NULL, participant2_deleted_at = NULL
      WHERE id = $2::uuid RETURNING last_seq, version
    )
    INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url,
      media_thumbnail_url, audio_duration, reply_to_id, created_at, sent_at, seq, version)
    SELECT $1::uuid, $2::uuid, $3::int, $4::int, $5::varchar, $6::text, $7::text, $8::text, $9::int, $10::uuid,
      $11::timestamptz, $11::timestamptz, last_seq, version FROM grown
    RETURNING seq, version`,
}
const MAKE_CONVERSATION = {
  name: 'make_conversation',
  text: 'INSERT INTO conversations (id, participant1_id, participant2_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
}

/** One prepared statement a message; the id of a conversation follows from its users and needs no look-up. */
export function storeByStatement(databaseUrl: string): MessageStore {
  const pool = connectPool(databaseUrl, POOL_SIZE, NO_SCANS)
  const conversationIds = new Map<string, string>()
  let statements = 0

  async function conversationOf(pair: [number, number]): Promise<string> {
    const key = pair.join(':')
    const known = conversationIds.get(key)
    if (known !== undefined) return known
    const id = conversationIdOf(...pair)
    statements++
    await pool.query({ ...MAKE_CONVERSATION, values: [id, ...pair] })
    if (conversationIds.size >= MAX_REMEMBERED_PAIRS) conversationIds.clear()
    conversationIds.set(key, id)
    return id
  }

  return {
    statements: () => statements,
    async store(senderId, body) {
      const conversationId = await conversationOf(participantsOf(senderId, body))
      const message = buildMessage(conversationId, senderId, body)
      statements++
      const { rows } = await pool.query<[number, number]>({
        ...STORE,
        rowMode: 'array',
        values: [
          ...[message.id, conversationId, senderId, body.recipientId, body.contentType],
          ...[body.textContent, body.mediaUrl, body.mediaThumbnailUrl, body.audioDuration, body.replyToId],
          message.createdAt,
        ],
      })
      const [position] = rows
      if (position === undefined) throw new Error('the conversation is gone')
      ;[message.seq, message.version] = position
      return message
    },
  }
}

function buildMessage(conversationId: string, senderId: number, body: MessageBody): Message {
  const now = new Date().toISOString()
  const { id = newId(), recipientId, contentType, textContent } = body
  const { mediaUrl, mediaThumbnailUrl, audioDuration, replyToId } = body
  return {
    ...{ id, conversationId, senderId, recipientId, contentType, textContent },
    ...{ mediaUrl, mediaThumbnailUrl, audioDuration, replyToId },
    ...{ seq: null, version: null, status: 'sent' },
    ...{ createdAt: now, sentAt: now, deliveredAt: null, readAt: null },
  }
}
