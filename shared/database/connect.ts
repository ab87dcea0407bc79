import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { Counter } from '../metrics.ts'
import { watchPool } from './pool-metrics.ts'
import { PreparingClient } from './preparing-client.ts'
import type { Database } from './schema.ts'

/** `bigint` columns hold seqs and versions, far below 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export interface DatabaseConfig {
  DATABASE_URL: string
  DATABASE_POOL_SIZE: number
  DATABASE_STATEMENT_TIMEOUT_MS: number
}

const statements = new Counter({
  name: 'chat_sql_statements_total',
  help: 'SQL statements sent, those that begin and end transactions included',
})

const CONNECT_TIMEOUT_MS = 3_000

export interface DatabaseHandle extends AsyncDisposable {
  db: Kysely<Database>
  pool: pg.Pool
}

/**
 * A plan kept from when the tables were empty would read them whole for ever: kept plans never scan where an index
 * can serve.
 */
const KEPT_PLANS = { Client: PreparingClient, options: '-c enable_seqscan=off' }

/**
 * A pool of connections. One that breaks while idle is dropped, and the next query opens a new one.
 * `keepPlans`: statements are planned once per connection; their text must not depend on what they carry.
 */
export function connectDatabase(
  config: DatabaseConfig,
  applicationName: string,
  { keepPlans = false } = {},
): DatabaseHandle {
  const pool = new pg.Pool({
    ...(keepPlans && KEPT_PLANS),
    connectionString: config.DATABASE_URL,
    application_name: applicationName,
    max: config.DATABASE_POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
    query_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS + 1_000,
    // A process that is frozen in a transaction, or whose host is gone, would keep its locks from those that go on.
    idle_in_transaction_session_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  })
  pool.on('error', () => {})
  // The pool listens only while a connection is idle; one that breaks between two statements would end the process.
  pool.on('connect', client => client.on('error', () => {}))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }), log: () => statements.inc() })
  const watch = watchPool(pool)
  return {
    db,
    pool,
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
      await db.destroy()
    },
  }
}
