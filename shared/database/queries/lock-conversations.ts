import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'

export interface LockedConversation {
  id: string
  participant1_id: number
  participant2_id: number
}

export interface Pair {
  participant1_id: number
  participant2_id: number
}

export interface ConversationNames {
  ids: string[]
  pairs: Pair[]
}

/** Conversations named by id or by their users. */
export async function findConversations(
  db: Kysely<Database>,
  names: ConversationNames,
): Promise<LockedConversation[]> {
  const { rows } = await sql<LockedConversation>`${selection(names)}`.execute(db)
  return rows
}

/**
 * Locks conversations until the transaction ends. Every write begins with this, so that seqs and versions are given
 * out one after the other; always in id order, so that two writers never wait for each other.
 */
export async function lockConversations(
  trx: Transaction<Database>,
  names: ConversationNames,
): Promise<LockedConversation[]> {
  const { rows } = await sql<LockedConversation>`${selection(names)} ORDER BY id FOR NO KEY UPDATE`.execute(
    trx,
  )
  return rows
}

/**
 * The ids stand in an array, for a join may lose a row: one that another writer changed while we waited for its lock is
 * looked at again, and in the plan of a large table without its partner in the join.
 */
function selection({ ids, pairs }: ConversationNames): RawBuilder<unknown> {
  return sql`
    SELECT id, participant1_id, participant2_id FROM conversations
    WHERE id = ANY(ARRAY(
      SELECT unnest(${ids}::uuid[])
      UNION ALL
      SELECT c.id FROM ${unnestRows(pairs, { participant1_id: 'int', participant2_id: 'int' })}
      JOIN conversations c USING (participant1_id, participant2_id)
    ))`
}
