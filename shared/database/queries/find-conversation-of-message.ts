import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** The conversation a message belongs to, whoever asks: for checks, never for answers. */
export async function findConversationIdOfMessage(
  db: Kysely<Database>,
  messageId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('messages')
    .select('conversation_id')
    .where('id', '=', messageId)
    .executeTakeFirst()
  return row?.conversation_id
}
