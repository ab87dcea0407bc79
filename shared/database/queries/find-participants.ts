import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** The two users of a conversation; they never change. */
export async function findParticipants(
  db: Kysely<Database>,
  conversationId: string,
): Promise<[number, number] | undefined> {
  const row = await db
    .selectFrom('conversations')
    .select(['participant1_id', 'participant2_id'])
    .where('id', '=', conversationId)
    .executeTakeFirst()
  return row && [row.participant1_id, row.participant2_id]
}
