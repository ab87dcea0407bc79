import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'
import type { LockedConversation } from './lock-conversations.ts'

/**
 * Makes conversations between users that exist, unless there is one between the two already.
 * Gives those made; they are locked by being new.
 */
export async function insertConversations(
  trx: Transaction<Database>,
  conversations: LockedConversation[],
): Promise<LockedConversation[]> {
  const { rows } = await sql<LockedConversation>`
    INSERT INTO conversations (id, participant1_id, participant2_id)
    SELECT input.id, input.participant1_id, input.participant2_id
    FROM ${unnestRows(conversations, { id: 'uuid', participant1_id: 'int', participant2_id: 'int' })}
    JOIN chat_users user1 ON user1.id = input.participant1_id
    JOIN chat_users user2 ON user2.id = input.participant2_id
    ORDER BY input.id
    ON CONFLICT (participant1_id, participant2_id) DO NOTHING
    RETURNING id, participant1_id, participant2_id`.execute(trx)
  return rows
}
