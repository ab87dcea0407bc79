import { type Kysely, PostgresDialect, sql } from 'kysely'
import { type MigrationResultSet, Migrator } from 'kysely/migration'
import type pg from 'pg'
import { backoffMs, sleep } from '../lifecycle.ts'
import type { MigrationLock } from './migration-lock.ts'
import { MIGRATION_TABLE, MIGRATIONS } from './migrations.ts'

export interface MigrationLimits {
  /** A statement that waits longer for its lock gives up, for whoever comes after it waits too. */
  lockTimeoutMs: number
  /** How often a migration is tried whose lock could not be had. */
  lockAttempts: number
  statementTimeoutMs: number
  /** How long another migrator is waited for. */
  migratorWaitMs: number
}

export type Step = 'up' | 'down'

interface StepContext {
  db: Kysely<unknown>
  lock: MigrationLock
  limits: MigrationLimits
  log: (line: string) => void
}

const LOCK_NOT_AVAILABLE = '55P03'
const QUERY_CANCELED = '57014'
const BACKOFF_BASE_MS = 500
const BACKOFF_CAP_MS = 4_000

/** Our own lock is held meanwhile. Kysely's is one for all its users of a database, and is waited for for an hour. */
export function createMigrationDialect(pool: pg.Pool): PostgresDialect {
  const dialect = new PostgresDialect({ pool })
  const adapter = dialect.createAdapter()
  adapter.acquireMigrationLock = async () => {}
  adapter.releaseMigrationLock = async () => {}
  dialect.createAdapter = () => adapter
  return dialect
}

/**
 * Applies or undoes one migration: in a transaction of its own, so that one that fails leaves nothing; outside of one
 * where it asks for that. While its lock cannot be had it is tried again, with pauses in which traffic goes on.
 */
export async function stepMigration(context: StepContext, name: string, step: Step): Promise<void> {
  const { limits, log } = context
  for (let attempt = 1; ; attempt++) {
    const { error, blockers } = await tryStep(context, name, step)
    if (error === undefined) return
    if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw new Error(explain(name, error, limits), { cause: error })
    const held = `${name}: a lock was not to be had within ${limits.lockTimeoutMs} ms`
    const by = blockers === undefined ? '' : `, held by ${blockers}`
    if (attempt === limits.lockAttempts)
      throw new Error(
        `${held}, ${attempt} times${by}; nothing was changed; end what holds it, or wait, and run migrate again`,
        { cause: error },
      )
    log(`${held}${by}; trying again (${attempt} of ${limits.lockAttempts})`)
    await sleep(BACKOFF_BASE_MS / 2 + backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS))
  }
}

async function tryStep(context: StepContext, name: string, step: Step) {
  const { db, lock, limits } = context
  const disableTransactions = MIGRATIONS[name]?.transactional === false
  // What runs outside a transaction holds no lock that others would wait for; it may wait as long as it needs.
  await setTimeouts(db, limits, disableTransactions ? limits.statementTimeoutMs : limits.lockTimeoutMs)
  const blockers = await watchBlockers(db, lock, limits.lockTimeoutMs / 3)
  try {
    const migrator = createMigrator(db)
    const options = { disableTransactions }
    const result = await (step === 'up' ? migrator.migrateUp(options) : migrator.migrateDown(options))
    return { error: errorOf(result), blockers: blockers.last() }
  } finally {
    blockers.stop()
  }
}

/** The pool has one connection, on which all of this happens. */
async function setTimeouts(db: Kysely<unknown>, limits: MigrationLimits, lockTimeoutMs: number) {
  await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, FALSE),
    set_config('statement_timeout', ${String(limits.statementTimeoutMs)}, FALSE)`.execute(db)
}

function createMigrator(db: Kysely<unknown>): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  })
}

/** Looks now and then who keeps the migration waiting: afterwards nobody does. */
async function watchBlockers(db: Kysely<unknown>, lock: MigrationLock, everyMs: number) {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db)
  let last: string | undefined
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    last = (await lock.describeBlockers(rows[0]?.pid ?? 0).catch(() => undefined)) ?? last
    isLooking = false
  }
  const timer = setInterval(() => void look(), everyMs)
  return { last: () => last, stop: () => clearInterval(timer) }
}

function errorOf({ error }: MigrationResultSet): Error | undefined {
  if (error === undefined) return undefined
  return error instanceof Error ? error : new Error(String(error))
}

function codeOf(error: Error): unknown {
  return (error as { code?: unknown }).code
}

function explain(name: string, error: Error, { statementTimeoutMs }: MigrationLimits): string {
  const isTransactional = MIGRATIONS[name]?.transactional !== false
  const what =
    codeOf(error) === QUERY_CANCELED
      ? `a statement took longer than ${statementTimeoutMs / 1000} s or was cancelled`
      : error.message
  return isTransactional
    ? `${name}: ${what}; it was rolled back, and nothing of it is left`
    : `${name}: ${what}; it stopped half-way: mend the cause and run migrate again, which continues it`
}
