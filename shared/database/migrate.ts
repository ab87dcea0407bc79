import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { withExplanation } from './explain-database-error.ts'
import { takeMigrationLock } from './migration-lock.ts'
import { type MigrationState, readMigrationState } from './migration-state.ts'
import { READER_ROLE, WRITER_ROLE } from './migrations/003-users-view-and-roles.ts'
import { MIGRATIONS } from './migrations.ts'
import { scramVerifier } from './scram-verifier.ts'
import { createMigrationDialect, type MigrationLimits, type Step, stepMigration } from './step-migrations.ts'

export const DEFAULT_LIMITS: MigrationLimits = {
  lockTimeoutMs: 2_000,
  lockAttempts: 10,
  statementTimeoutMs: 15 * 60_000,
  migratorWaitMs: 60_000,
}

const CONNECT_TIMEOUT_MS = 5_000

export interface MigrateOptions {
  limits?: MigrationLimits
  /** Told what is waited for, a line each time. */
  log?: (line: string) => void
}

/**
 * Brings the schema up to date; gives the names of the migrations applied. Each is applied whole or not at all, but for
 * those that say otherwise, which are continued by the next run. Where a newer version has been, it changes nothing.
 */
export function migrateUp(databaseUrl: string, options?: MigrateOptions): Promise<string[]> {
  return withMigrator(databaseUrl, options, async (state, step, log) => {
    if (state.unknown.length > 0) {
      const names = state.unknown.join(', ')
      if (state.pending.length > 0)
        throw new Error(
          `the database has ${names}, unknown to this version, but lacks ${state.pending.join(', ')}; run the newer version's migrate`,
        )
      log(`the database has ${names}, unknown to this version: a newer one has been here; nothing is changed`)
    }
    for (const name of state.pending) await step(name, 'up')
    return state.pending
  })
}

/** Takes one step back; gives the name of the migration undone, or nothing. */
export function migrateDown(databaseUrl: string, options?: MigrateOptions): Promise<string[]> {
  return withMigrator(databaseUrl, options, async (state, step) => {
    const last = state.applied.at(-1)?.name
    if (last === undefined) return []
    if (!Object.hasOwn(MIGRATIONS, last))
      throw new Error(`${last} is unknown to this version; only the version that applied it can undo it`)
    await step(last, 'down')
    return [last]
  })
}

/** Every migration that is known or applied, in order. */
export async function migrationStatus(
  databaseUrl: string,
): Promise<{ name: string; executedAt?: Date; isUnknown?: true }[]> {
  const { applied, pending, unknown } = await withDatabase(databaseUrl, readMigrationState)
  return [
    ...applied.map(one => (unknown.includes(one.name) ? { ...one, isUnknown: true as const } : one)),
    ...pending.map(name => ({ name })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Login roles of the services: `chat_ingress` may read, `chat_persister` may write. Safe to repeat. */
export function createLoginRoles(
  databaseUrl: string,
  passwords: { ingressPassword: string; persisterPassword: string },
): Promise<void> {
  return withDatabase(databaseUrl, async db => {
    const logins = [
      ['chat_ingress', passwords.ingressPassword, READER_ROLE],
      ['chat_persister', passwords.persisterPassword, WRITER_ROLE],
    ] as const
    for (const [login, password, role] of logins) {
      await sql`
        DO $$ BEGIN
          CREATE ROLE ${sql.ref(login)};
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$`.execute(db)
      await sql`ALTER ROLE ${sql.ref(login)} LOGIN PASSWORD ${sql.lit(scramVerifier(password))}`.execute(db)
      await sql`GRANT ${sql.ref(role)} TO ${sql.ref(login)}`.execute(db)
    }
  })
}

async function withMigrator(
  databaseUrl: string,
  { limits = DEFAULT_LIMITS, log = () => {} }: MigrateOptions = {},
  run: (
    state: MigrationState,
    step: (name: string, step: Step) => Promise<void>,
    log: (line: string) => void,
  ) => Promise<string[]>,
): Promise<string[]> {
  return withExplanation(databaseUrl, async () => {
    await using lock = await takeMigrationLock(connectionOf(databaseUrl), {
      waitMs: limits.migratorWaitMs,
      log,
    })
    await using connected = connect(databaseUrl, pool => createMigrationDialect(pool))
    const context = { db: connected.db, lock, limits, log }
    const state = await readMigrationState(connected.db)
    return await run(state, (name, step) => stepMigration(context, name, step), log)
  })
}

function withDatabase<T>(databaseUrl: string, run: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  return withExplanation(databaseUrl, async () => {
    await using connected = connect(databaseUrl, pool => new PostgresDialect({ pool }))
    return await run(connected.db)
  })
}

/** One connection: settings made on it count for all that follows. */
function connect(databaseUrl: string, createDialect: (pool: pg.Pool) => PostgresDialect) {
  const pool = new pg.Pool({ ...connectionOf(databaseUrl), max: 1 })
  pool.on('error', () => {})
  const db = new Kysely<unknown>({ dialect: createDialect(pool) })
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}

function connectionOf(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'growzone-chat migrate',
    keepAlive: true,
  }
}
