import pg from 'pg'
import { migrateUp } from '../../../shared/database/migrate.ts'

/** The PostgreSQL on which everything is measured. */
export interface PostgresServer extends AsyncDisposable {
  readonly version: string
  readonly postmaster: number
  /** Makes a database with the chat's schema; gives its URL. */
  createDatabase(name: string): Promise<string>
  /** Writes out what earlier measurements left to write. */
  checkpoint(): Promise<void>
  /** Transactions committed in a database, and bytes of write-ahead log of the whole server, so far. */
  readCounters(databaseUrl: string): Promise<{ commits: number; walBytes: number }>
}

/** Connects beside the databases that are measured, so that their counters do not see us. */
export async function connectPostgres(databaseUrl: string, postmaster: number): Promise<PostgresServer> {
  const urlOf = (name: string) => Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
  const admin = new pg.Pool({ connectionString: urlOf('postgres'), max: 4 })
  admin.on('error', () => {})
  const { rows } = await admin.query<{ version: string; durable: boolean }>(
    `SELECT current_setting('server_version') AS version,
       current_setting('fsync')::bool AND current_setting('synchronous_commit') = 'on' AS durable`,
  )
  if (!rows[0]?.durable) throw new Error('PostgreSQL does not run durably; what it would show is of no use')
  return {
    version: rows[0].version,
    postmaster,
    async createDatabase(name) {
      await admin.query(`CREATE DATABASE ${name}`)
      await migrateUp(urlOf(name))
      return urlOf(name)
    },
    async checkpoint() {
      await admin.query('CHECKPOINT')
    },
    async readCounters(url) {
      const counters = await admin.query<{ commits: string; wal_bytes: string }>(
        `SELECT xact_commit AS commits, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal_bytes
         FROM pg_stat_database WHERE datname = $1`,
        [new URL(url).pathname.slice(1)],
      )
      const [row] = counters.rows
      return { commits: Number(row?.commits), walBytes: Number(row?.wal_bytes) }
    },
    [Symbol.asyncDispose]: () => admin.end(),
  }
}
