import { type Kysely, sql } from 'kysely'
import { connectDatabase } from './connect.ts'
import { withExplanation } from './explain-database-error.ts'
import { isMadeByChat } from './migrations/ownership.ts'

/** The users of demonstrations and trials. */
export const DEMO_USERS = [
  { id: 1, username: 'alice', name: 'Alice' },
  { id: 2, username: 'bob', name: 'Bob' },
  { id: 3, username: 'carol', name: 'Carol' },
] as const

/** Adds the demo users where the `users` table is ours; a social database's own table is never written. */
export function addDemoUsers(databaseUrl: string): Promise<boolean> {
  return withExplanation(databaseUrl, () => add(databaseUrl))
}

async function add(databaseUrl: string): Promise<boolean> {
  const settings = { DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 }
  await using database = connectDatabase(
    { DATABASE_URL: databaseUrl, ...settings },
    'growzone-chat demo-users',
  )
  const db = database.db as unknown as Kysely<unknown>
  if (!(await isMadeByChat(db, 'users'))) return false
  for (const { id, username, name } of DEMO_USERS)
    await sql`INSERT INTO users (id, username, name) VALUES (${id}, ${username}, ${name})
      ON CONFLICT DO NOTHING`.execute(db)
  await sql`SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))`.execute(db)
  return true
}
