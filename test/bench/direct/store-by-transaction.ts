import type pg from 'pg'
import { newId } from '../../../shared/contract/identifiers.ts'
import { type MessageRow, toMessage } from '../../../shared/database/message-row.ts'
import type { MessageBody } from './message-body.ts'
import { connectPool, type MessageStore, participantsOf } from './store-message.ts'

const POOL_SIZE = 10

/**
 * As the plan sketches `send_message`: in one transaction get or create the conversation, note the new message there
 * (which gives its seq and version), and insert the message.
 */
export function storeByTransaction(databaseUrl: string): MessageStore {
  const pool = connectPool(databaseUrl, POOL_SIZE)
  let statements = 0

  async function storeWith(query: Query, senderId: number, body: MessageBody): Promise<MessageRow> {
    const conversationId = await getOrCreateConversation(query, participantsOf(senderId, body))
    const [grown] = await query<{ last_seq: number; version: number }>(
      `UPDATE conversations SET last_seq = last_seq + 1, version = version + 1, updated_at = now(),
         last_message_at = now(), participant1_deleted_at = NULL, participant2_deleted_at = NULL
       WHERE id = $1 RETURNING last_seq, version`,
      [conversationId],
    )
    const [row] = await query<MessageRow>(
      `INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, media_url,
         media_thumbnail_url, audio_duration, reply_to_id, created_at, sent_at, seq, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), now(), $11, $12) RETURNING *`,
      [
        ...[body.id ?? newId(), conversationId, senderId, body.recipientId, body.contentType],
        ...[body.textContent, body.mediaUrl, body.mediaThumbnailUrl, body.audioDuration, body.replyToId],
        ...[grown?.last_seq, grown?.version],
      ],
    )
    return row as MessageRow
  }

  return {
    statements: () => statements,
    async store(senderId, body) {
      const client = await pool.connect()
      const query: Query = async <Row>(text: string, values: unknown[] = []) => {
        statements++
        return (await client.query(text, values)).rows as Row[]
      }
      let isBroken = false
      try {
        await query('BEGIN')
        const row = await storeWith(query, senderId, body)
        await query('COMMIT')
        return toMessage(row)
      } catch (error) {
        await query('ROLLBACK').catch(() => {
          isBroken = true
        })
        throw error
      } finally {
        client.release(isBroken)
      }
    },
  }
}

type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>

async function getOrCreateConversation(query: Query, pair: [number, number]): Promise<string> {
  const select = 'SELECT id FROM conversations WHERE participant1_id = $1 AND participant2_id = $2'
  const [found] = await query<{ id: string }>(select, pair)
  if (found) return found.id
  const [made] = await query<{ id: string }>(
    `INSERT INTO conversations (participant1_id, participant2_id) VALUES ($1, $2)
     ON CONFLICT (participant1_id, participant2_id) DO UPDATE SET updated_at = now() RETURNING id`,
    pair,
  )
  return (made as { id: string }).id
}
