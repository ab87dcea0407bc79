import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

export async function userExists(db: Kysely<Database>, userId: number): Promise<boolean> {
  const row = await db.selectFrom('chat_users').select('id').where('id', '=', userId).executeTakeFirst()
  return row !== undefined
}
