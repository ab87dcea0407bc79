/**
 * Takes in: receipts of one kind, read or delivered, for locked conversations.
 * Guarantees: a message is marked once, by its recipient alone; every marked message takes one version.
 * Gives out: `messages.read` or `messages.delivered` to both users, for what a receipt changed.
 */
import type { Transaction } from 'kysely'
import { buildEvent, type ChatEvent } from '../../../shared/contract/events.ts'
import { deriveId } from '../../../shared/contract/identifiers.ts'
import type { LockedConversation } from '../../../shared/database/queries/lock-conversations.ts'
import {
  findMarkedMessages,
  type MarkedMessage,
  markMessages,
  type ReceiptRow,
} from '../../../shared/database/queries/mark-messages.ts'
import type { Database } from '../../../shared/database/schema.ts'
import { PermanentError } from '../../../shared/errors.ts'
import { type ConversationOf, type Result, refused, stored, type WorkOf } from '../work.ts'

type Receipt = WorkOf<'messages.read' | 'messages.delivered'>

/** Keeps an event's frame below API Gateway's 32 KB. */
const MAX_MESSAGES_PER_EVENT = 400

export async function markAs(
  status: 'read' | 'delivered',
  trx: Transaction<Database>,
  works: Receipt[],
  conversationOf: ConversationOf,
): Promise<Result[]> {
  const rows = works.flatMap((work, index) => rowsOf(work, index, conversationOf(work)))
  const marked = rows.length > 0 ? await markMessages(trx, status, rows) : []
  const redelivered = rows.filter(row => works[row.receipt]?.redelivered)
  const before = redelivered.length > 0 ? await findMarkedMessages(trx, status, redelivered) : []
  const byReceipt = Map.groupBy(
    before.length > 0 ? before.concat(marked) : marked,
    message => message.receipt,
  )
  return works.map((work, index) => {
    const conversation = conversationOf(work)
    if (!conversation)
      return refused(new PermanentError('conversation_not_found', 'the conversation does not exist'))
    return stored(conversation.id, eventsOf(status, work, conversation, byReceipt.get(index) ?? []))
  })
}

function rowsOf(
  { command }: Receipt,
  receipt: number,
  conversation: LockedConversation | undefined,
): ReceiptRow[] {
  if (!conversation) return []
  const { data, userId, acceptedAt } = command
  const row = { receipt, conversation_id: conversation.id, user_id: userId, at: acceptedAt }
  if ('upToSeq' in data) return [{ ...row, message_id: null, up_to_seq: data.upToSeq }]
  return data.messageIds.map(messageId => ({ ...row, message_id: messageId, up_to_seq: null }))
}

function eventsOf(
  status: 'read' | 'delivered',
  { command }: Receipt,
  conversation: LockedConversation,
  marked: MarkedMessage[],
): ChatEvent[] {
  const distinct = [...new Map(marked.map(message => [message.id, message])).values()]
  const events: ChatEvent[] = []
  let start = 0
  for (const messages of runsOf(distinct)) {
    events.push(
      buildEvent({
        id: deriveId(`messages.${status}`, command.id, start),
        name: `messages.${status}`,
        conversationId: conversation.id,
        time: command.acceptedAt,
        data: {
          audience: [conversation.participant1_id, conversation.participant2_id],
          conversationId: conversation.id,
          messageIds: messages.map(message => message.id),
          seqs: messages.map(message => message.seq),
          at: command.acceptedAt,
          by: command.userId,
          version: messages.at(-1)?.version ?? 0,
        },
      }),
    )
    start += messages.length
  }
  return events
}

/** Versions without a gap, as an event claims them: of a receipt that comes again, some may have changed since. */
function runsOf(marked: MarkedMessage[]): MarkedMessage[][] {
  const runs: MarkedMessage[][] = []
  for (const message of marked) {
    const run = runs.at(-1)
    const follows = run !== undefined && run.at(-1)?.version === message.version - 1
    if (follows && run.length < MAX_MESSAGES_PER_EVENT) run.push(message)
    else runs.push([message])
  }
  return runs
}
