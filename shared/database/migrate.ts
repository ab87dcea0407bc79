import { Kysely, PostgresDialect, sql } from 'kysely'
import { type MigrationResultSet, Migrator } from 'kysely/migration'
import pg from 'pg'
import * as seedTables from './migrations/001-seed-tables.ts'
import * as orderAndVersions from './migrations/002-order-and-versions.ts'
import * as usersViewAndRoles from './migrations/003-users-view-and-roles.ts'
import * as leanIndexes from './migrations/004-lean-indexes.ts'
import { scramVerifier } from './scram-verifier.ts'

const MIGRATIONS = {
  '001-seed-tables': seedTables,
  '002-order-and-versions': orderAndVersions,
  '003-users-view-and-roles': usersViewAndRoles,
  '004-lean-indexes': leanIndexes,
}

/** A DDL statement that waits longer for its lock gives up, rather than holding up the traffic behind it. */
const LOCK_TIMEOUT_MS = 10_000

/** Brings the schema up to date; gives the names of the migrations applied. All or nothing. */
export function migrateUp(databaseUrl: string): Promise<string[]> {
  return withMigrator(databaseUrl, async migrator => namesOf(await migrator.migrateToLatest()))
}

/** Takes one step back; gives the name of the migration undone, or nothing. */
export function migrateDown(databaseUrl: string): Promise<string[]> {
  return withMigrator(databaseUrl, async migrator => namesOf(await migrator.migrateDown()))
}

export function migrationStatus(databaseUrl: string): Promise<{ name: string; executedAt?: Date }[]> {
  return withMigrator(databaseUrl, async migrator => {
    const migrations = await migrator.getMigrations()
    return migrations.map(({ name, executedAt }) => ({ name, ...(executedAt && { executedAt }) }))
  })
}

/** Login roles of the services: `chat_ingress` may read, `chat_persister` may write. Safe to repeat. */
export function createLoginRoles(
  databaseUrl: string,
  passwords: { ingressPassword: string; persisterPassword: string },
): Promise<void> {
  return withDatabase(databaseUrl, async db => {
    const logins = [
      ['chat_ingress', passwords.ingressPassword, usersViewAndRoles.READER_ROLE],
      ['chat_persister', passwords.persisterPassword, usersViewAndRoles.WRITER_ROLE],
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

function withMigrator<T>(databaseUrl: string, run: (migrator: Migrator) => Promise<T>): Promise<T> {
  return withDatabase(databaseUrl, db =>
    run(
      new Migrator({
        db,
        provider: { getMigrations: async () => MIGRATIONS },
        migrationTableName: 'chat_migrations',
        migrationLockTableName: 'chat_migrations_lock',
      }),
    ),
  )
}

async function withDatabase<T>(databaseUrl: string, run: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    options: `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
  })
  pool.on('error', () => {})
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await run(db)
  } finally {
    await db.destroy()
  }
}

function namesOf({ error, results = [] }: MigrationResultSet): string[] {
  if (error) throw error
  return results.map(result => result.migrationName)
}
