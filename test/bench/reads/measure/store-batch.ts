import type { Kysely } from 'kysely'
import { newId } from '../../../../shared/contract/identifiers.ts'
import { findMessages } from '../../../../shared/database/queries/find-messages.ts'
import { insertMessages, type NewMessage } from '../../../../shared/database/queries/insert-messages.ts'
import { lockConversations, type Pair } from '../../../../shared/database/queries/lock-conversations.ts'
import type { Database } from '../../../../shared/database/schema.ts'
import type { Random } from '../../../faults/random.ts'
import { TEXT } from '../database-shape.ts'
import type { Population } from './population.ts'

/** Messages of one commit, and the pairs of users between whom they are. */
export interface Batch {
  messages: NewMessage[]
  pairs: Pair[]
}

/** Of any conversations, each once: the hardest for caches. */
export function chooseBatch({ pairs }: Population, count: number, random: Random): Batch {
  const chosen = new Map<string, Population['pairs'][number]>()
  while (chosen.size < count) {
    const pair = random.pick(pairs)
    chosen.set(pair.id, pair)
  }
  const conversations = [...chosen.values()]
  return {
    messages: conversations.map(({ id, participant1, participant2 }) => ({
      id: newId(),
      conversation_id: id,
      sender_id: participant1,
      recipient_id: participant2,
      content_type: 'text',
      text_content: TEXT,
      media_url: null,
      media_thumbnail_url: null,
      audio_duration: null,
      reply_to_id: null,
      created_at: new Date().toISOString(),
    })),
    pairs: conversations.map(({ participant1, participant2 }) => ({
      participant1_id: participant1,
      participant2_id: participant2,
    })),
  }
}

/** The statements of the persister for new messages, in one transaction; gives how many were stored. */
export function storeBatch(db: Kysely<Database>, { messages, pairs }: Batch): Promise<number> {
  return db.transaction().execute(async trx => {
    await lockConversations(trx, { ids: [], pairs })
    await findMessages(
      trx,
      messages.map(message => message.id),
    )
    return (await insertMessages(trx, messages)).length
  })
}
