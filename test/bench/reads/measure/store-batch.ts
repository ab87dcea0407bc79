import type { Kysely } from 'kysely'
import { newId } from '../../../../shared/contract/identifiers.ts'
import { findMessages } from '../../../../shared/database/queries/find-messages.ts'
import { insertMessages } from '../../../../shared/database/queries/insert-messages.ts'
import {
  insertPlainMessages,
  type PlainMessage,
} from '../../../../shared/database/queries/insert-plain-messages.ts'
import { lockConversations } from '../../../../shared/database/queries/lock-conversations.ts'
import { markMessages } from '../../../../shared/database/queries/mark-messages.ts'
import type { Database } from '../../../../shared/database/schema.ts'
import type { Random } from '../../../faults/random.ts'
import { TEXT } from '../database-shape.ts'
import type { Population } from './population.ts'

/** Messages of one commit. */
export type Batch = (PlainMessage & { conversation_id: string })[]

/** Does something with the messages of a batch, committed when it settles; gives for how many it did. */
export type StoreBatch = (db: Kysely<Database>, batch: Batch) => Promise<number>

/** Of any conversations, each once: the hardest for caches. */
export function chooseBatch({ pairs }: Population, count: number, random: Random): Batch {
  const chosen = new Map<string, Population['pairs'][number]>()
  while (chosen.size < count) {
    const pair = random.pick(pairs)
    chosen.set(pair.id, pair)
  }
  return [...chosen.values()].map(({ id, participant1, participant2 }) => ({
    id: newId(),
    conversation_id: id,
    participant1_id: participant1,
    participant2_id: participant2,
    sender_id: participant1,
    recipient_id: participant2,
    content_type: 'text',
    text_content: TEXT,
    media_url: null,
    media_thumbnail_url: null,
    audio_duration: null,
    created_at: new Date().toISOString(),
  }))
}

/** As the persister stores most messages: one statement, which is a transaction by itself. */
export const storePlainly: StoreBatch = async (db, batch) => (await insertPlainMessages(db, batch)).length

/** As it stores those that need more than that. */
export const storeInTransaction: StoreBatch = (db, batch) =>
  db.transaction().execute(async trx => {
    await lockConversations(trx, { ids: [], pairs: batch })
    await findMessages(
      trx,
      batch.map(message => message.id),
    )
    return (
      await insertMessages(
        trx,
        batch.map(message => ({ ...message, reply_to_id: null })),
      )
    ).length
  })

/** Receipts of the recipients for the messages of a batch, which were stored before. */
export const markBatchRead: StoreBatch = (db, batch) =>
  db.transaction().execute(async trx => {
    await lockConversations(trx, { ids: batch.map(message => message.conversation_id), pairs: [] })
    const receipts = batch.map((message, receipt) => ({
      ...{ receipt, conversation_id: message.conversation_id, user_id: message.recipient_id },
      ...{ at: new Date().toISOString(), message_id: message.id, up_to_seq: null },
    }))
    return (await markMessages(trx, 'read', receipts)).length
  })
