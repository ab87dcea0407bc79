/**
 * Takes in: messages that most are: received for the first time, answering none, and nobody waits for the outcome.
 * Guarantees: one statement instead of a transaction of five; the order inside a conversation. What it cannot decide,
 *   an id that is known or users without a conversation, it leaves untouched.
 * Gives out: results for those stored; all others take the transaction.
 */
import type { Kysely } from 'kysely'
import { toMessage } from '../../../shared/database/message-row.ts'
import {
  insertPlainMessages,
  type PlainMessage,
} from '../../../shared/database/queries/insert-plain-messages.ts'
import type { Database } from '../../../shared/database/schema.ts'
import { type Result, stored, type Work, type WorkOf } from '../work.ts'
import { created } from './send-messages.ts'

type Send = WorkOf<'message.send'>

export async function sendPlainMessages(db: Kysely<Database>, works: Work[]): Promise<Map<Work, Result>> {
  const plain = choosePlain(works)
  if (plain.size === 0) return new Map()
  const positions = await insertPlainMessages(db, [...plain.values()].map(rowOf))
  return new Map(
    positions.map(({ id, ...position }) => {
      const work = plain.get(id) as Send
      const row = { ...rowOf(work), ...position, id, reply_to_id: null, delivered_at: null, read_at: null }
      return [work, stored(position.conversation_id, [created(toMessage(row))], true)]
    }),
  )
}

/** By message id. A conversation in which something else happens as well keeps its order in the transaction. */
function choosePlain(works: Work[]): Map<string, Send> {
  const groups = Map.groupBy(works, work => work.command.conversationId).values()
  const sends = [...groups].filter(group => group.every(isPlain)).flat() as Send[]
  const byId = new Map(sends.map(work => [work.command.data.id, work]))
  return byId.size === sends.length ? byId : new Map()
}

function isPlain({ command, redelivered }: Work): boolean {
  if (command.type !== 'message.send' || command.userId === command.data.recipientId) return false
  return !redelivered && !command.reportOutcome && command.data.replyToId === null
}

function rowOf({ command: { data, userId, acceptedAt } }: Send): PlainMessage {
  return {
    id: data.id,
    participant1_id: Math.min(userId, data.recipientId),
    participant2_id: Math.max(userId, data.recipientId),
    sender_id: userId,
    recipient_id: data.recipientId,
    content_type: data.contentType,
    text_content: data.textContent,
    media_url: data.mediaUrl,
    media_thumbnail_url: data.mediaThumbnailUrl,
    audio_duration: data.audioDuration,
    created_at: acceptedAt,
  }
}
