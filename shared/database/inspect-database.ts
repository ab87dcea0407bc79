import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { isInsufficientPrivilege } from './database-errors.ts'
import { type MigrationState, readMigrationState } from './migration-state.ts'

/** A right on a table, `SELECT messages` for one. */
export type Right = `${'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'} ${string}`

export interface DatabaseReport {
  version: number
  versionName: string
  login: string
  /** A replica, or a primary that is being replaced. */
  isReadOnly: boolean
  /** Of those asked for, the ones that the login has. */
  rights: ReadonlySet<Right>
  /** Tables and views from which a row could not be read, with PostgreSQL's reason. */
  unreadable: { table: string; reason: string }[]
  /** Nothing where the login may not read it. */
  migrations: MigrationState | undefined
}

/** What the ingress reads. */
export const READ_TABLES = ['conversations', 'messages', 'chat_users', 'chat_command_outcomes'] as const

/** What the persister writes with. */
export const WRITER_RIGHTS: Right[] = [
  'INSERT conversations',
  'UPDATE conversations',
  'INSERT messages',
  'UPDATE messages',
  'INSERT chat_command_outcomes',
  'DELETE chat_command_outcomes',
]

/** What nobody needs who only reads. */
export const FORBIDDEN_TO_READERS: Right[] = [
  ...(['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] as const).flatMap(right =>
    ['conversations', 'messages', 'chat_command_outcomes'].map((table): Right => `${right} ${table}`),
  ),
]

/** Looks at a database as the login of the URL sees it, on one connection; changes nothing. */
export async function inspectDatabase(databaseUrl: string, timeoutMs: number): Promise<DatabaseReport> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'growzone-chat doctor',
  })
  pool.on('error', () => {})
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const server = await readServer(db)
    const rights = await readRights(db, [...WRITER_RIGHTS, ...FORBIDDEN_TO_READERS])
    const unreadable = []
    for (const table of READ_TABLES) {
      const reason = await findReadProblem(db, table)
      if (reason !== undefined) unreadable.push({ table, reason })
    }
    return { ...server, rights, unreadable, migrations: await readMigrationsIfAllowed(db) }
  } finally {
    await db.destroy()
  }
}

async function readServer(db: Kysely<unknown>) {
  const { rows } = await sql<{ version: number; versionName: string; login: string; isReadOnly: boolean }>`
    SELECT current_setting('server_version_num')::int AS version,
      current_setting('server_version') AS "versionName", current_user AS login,
      pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS "isReadOnly"`.execute(
    db,
  )
  const [server] = rows
  if (server === undefined) throw new Error('PostgreSQL tells nothing of itself')
  return server
}

async function readRights(db: Kysely<unknown>, wanted: Right[]): Promise<Set<Right>> {
  const { rows } = await sql<{ right: Right }>`
    SELECT wanted AS "right" FROM unnest(${[...new Set(wanted)]}::text[]) AS wanted
    WHERE has_table_privilege(to_regclass(split_part(wanted, ' ', 2)), split_part(wanted, ' ', 1))`.execute(
    db,
  )
  return new Set(rows.map(({ right }) => right))
}

async function findReadProblem(db: Kysely<unknown>, table: string): Promise<string | undefined> {
  try {
    await sql`SELECT 1 FROM ${sql.table(table)} LIMIT 1`.execute(db)
    return undefined
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.message
    throw error
  }
}

async function readMigrationsIfAllowed(db: Kysely<unknown>): Promise<MigrationState | undefined> {
  try {
    return await readMigrationState(db)
  } catch (error) {
    if (isInsufficientPrivilege(error)) return undefined
    throw error
  }
}
