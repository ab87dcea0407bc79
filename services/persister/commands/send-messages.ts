/**
 * Takes in: messages of locked conversations, in the order of their acceptance.
 * Guarantees: each is stored once, by its id, with the next seq of its conversation; what is stored never changes.
 * Gives out: `message.created` to both users, or the reason why it cannot be stored.
 */
import type { Transaction } from 'kysely'
import { buildEvent, type ChatEvent } from '../../../shared/contract/events.ts'
import { deriveId } from '../../../shared/contract/identifiers.ts'
import type { Message } from '../../../shared/contract/objects.ts'
import { type MessageRow, toMessage } from '../../../shared/database/message-row.ts'
import { findMessages } from '../../../shared/database/queries/find-messages.ts'
import { insertMessages, type NewMessage } from '../../../shared/database/queries/insert-messages.ts'
import type { Database } from '../../../shared/database/schema.ts'
import { PermanentError } from '../../../shared/errors.ts'
import { type ConversationOf, type Result, refused, stored, type WorkOf } from '../work.ts'

type Send = WorkOf<'message.send'>

export async function sendMessages(
  trx: Transaction<Database>,
  works: Send[],
  conversationOf: ConversationOf,
): Promise<Result[]> {
  const known = await findMessages(trx, works.flatMap(idsOf))
  const fresh = new Map<string, NewMessage>()
  const decisions = works.map(work => decide(work, conversationOf(work)?.id, known, fresh))
  const positions = fresh.size > 0 ? await insertMessages(trx, [...fresh.values()]) : []
  const positionOf = new Map(positions.map(position => [position.id, position]))
  return decisions.map(decision => {
    if (decision.kind === 'refuse') return refused(decision.error)
    if (decision.kind === 'known')
      return stored(decision.message.conversationId, decision.announce ? [created(decision.message)] : [])
    const position = positionOf.get(decision.row.id)
    if (!position) throw new Error(`message ${decision.row.id} was not inserted`)
    const message = toMessage({ ...decision.row, ...position, delivered_at: null, read_at: null })
    return stored(message.conversationId, [created(message)], true)
  })
}

type Decision =
  | { kind: 'insert'; row: NewMessage }
  | { kind: 'known'; message: Message; announce: boolean }
  | { kind: 'refuse'; error: PermanentError }

function decide(
  work: Send,
  conversationId: string | undefined,
  known: Map<string, MessageRow>,
  fresh: Map<string, NewMessage>,
): Decision {
  const { data } = work.command
  const refuse = (code: PermanentError['code'], detail: string): Decision => ({
    kind: 'refuse',
    error: new PermanentError(code, detail),
  })
  if (conversationId === undefined) return refuse('recipient_not_found', 'the recipient does not exist')
  const row = rowOf(work, conversationId)
  const earlier = known.get(row.id)
  if (earlier) {
    if (!isSameMessage(earlier, row)) return refuse('id_conflict', 'another message has this id')
    return { kind: 'known', message: toMessage(earlier), announce: work.redelivered }
  }
  // The same message cannot come twice in one transaction but for two equal commands; the first one announces it.
  const twin = fresh.get(row.id)
  if (twin) {
    if (!isSameMessage(twin, row)) return refuse('id_conflict', 'another message has this id')
    return { kind: 'insert', row: twin }
  }
  if (data.replyToId !== null) {
    const original = known.get(data.replyToId) ?? fresh.get(data.replyToId)
    if (original?.conversation_id !== conversationId) {
      return refuse('reply_not_found', 'the message replied to is not in this conversation')
    }
  }
  fresh.set(row.id, row)
  return { kind: 'insert', row }
}

function idsOf({ command: { data } }: Send): string[] {
  return data.replyToId === null ? [data.id] : [data.id, data.replyToId]
}

function rowOf({ command: { data, userId, acceptedAt } }: Send, conversationId: string): NewMessage {
  return {
    id: data.id,
    conversation_id: conversationId,
    sender_id: userId,
    recipient_id: data.recipientId,
    content_type: data.contentType,
    text_content: data.textContent,
    media_url: data.mediaUrl,
    media_thumbnail_url: data.mediaThumbnailUrl,
    audio_duration: data.audioDuration,
    reply_to_id: data.replyToId,
    created_at: acceptedAt,
  }
}

const IDENTITY = [
  'conversation_id',
  'sender_id',
  'content_type',
  'text_content',
  'media_url',
  'media_thumbnail_url',
  'audio_duration',
] as const

/** A reply whose original is gone has lost its `reply_to_id`. */
function isSameMessage(earlier: MessageRow | NewMessage, row: NewMessage): boolean {
  const repliesToSame = earlier.reply_to_id === null || earlier.reply_to_id === row.reply_to_id
  return repliesToSame && IDENTITY.every(column => earlier[column] === row[column])
}

export function created(message: Message): ChatEvent {
  return buildEvent({
    id: deriveId('message.created', message.id),
    name: 'message.created',
    conversationId: message.conversationId,
    time: message.createdAt,
    data: { audience: [message.recipientId, message.senderId], message },
  })
}
