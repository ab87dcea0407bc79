import { type Kysely, sql } from 'kysely'
import { connectDatabase } from '../../shared/database/connect.ts'
import { isMadeByChat } from '../../shared/database/migrations/ownership.ts'
import { DEMO_USERS } from './settings.ts'

/** Adds the demo users where the `users` table is ours; a social database's own table is never written. */
export async function addDemoUsers(databaseUrl: string): Promise<boolean> {
  const settings = { DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 }
  await using database = connectDatabase({ DATABASE_URL: databaseUrl, ...settings }, 'growzone-chat local')
  const db = database.db as unknown as Kysely<unknown>
  if (!(await isMadeByChat(db, 'users'))) return false
  for (const { id, username, name } of DEMO_USERS)
    await sql`INSERT INTO users (id, username, name) VALUES (${id}, ${username}, ${name})
      ON CONFLICT DO NOTHING`.execute(db)
  await sql`SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))`.execute(db)
  return true
}
