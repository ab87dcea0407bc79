import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** The id of the conversation between two users, which an older one may have under another id than the derived. */
export async function findConversationIdOfPair(
  db: Kysely<Database>,
  oneUserId: number,
  otherUserId: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('conversations')
    .select('id')
    .where('participant1_id', '=', Math.min(oneUserId, otherUserId))
    .where('participant2_id', '=', Math.max(oneUserId, otherUserId))
    .executeTakeFirst()
  return row?.id
}
