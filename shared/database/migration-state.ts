import { type Kysely, sql } from 'kysely'
import { MIGRATION_TABLE, MIGRATIONS } from './migrations.ts'

export interface MigrationState {
  applied: { name: string; executedAt: Date }[]
  /** Known to this version, and not applied. */
  pending: string[]
  /** Applied by another version: a newer one, as a rule, that was rolled back since. */
  unknown: string[]
  /** Left by CREATE INDEX CONCURRENTLY that was stopped: written, never read. */
  invalidIndexes: string[]
}

/** Fails with 42501 where the login may not read the table of migrations. */
export async function readMigrationState(db: Kysely<unknown>): Promise<MigrationState> {
  const applied = await readApplied(db)
  const names = new Set(applied.map(({ name }) => name))
  return {
    applied,
    pending: Object.keys(MIGRATIONS).filter(name => !names.has(name)),
    unknown: [...names].filter(name => !Object.hasOwn(MIGRATIONS, name)),
    invalidIndexes: await readInvalidIndexes(db),
  }
}

async function readApplied(db: Kysely<unknown>): Promise<MigrationState['applied']> {
  const { rows: found } = await sql<{ exists: boolean }>`
    SELECT to_regclass(${MIGRATION_TABLE}) IS NOT NULL AS exists`.execute(db)
  if (!found[0]?.exists) return []
  const { rows } = await sql<{ name: string; timestamp: string }>`
    SELECT name, timestamp FROM ${sql.table(MIGRATION_TABLE)} ORDER BY name`.execute(db)
  return rows.map(({ name, timestamp }) => ({ name, executedAt: new Date(timestamp) }))
}

async function readInvalidIndexes(db: Kysely<unknown>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT index.relname AS name
    FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
    WHERE NOT indisvalid AND indrelid IN (to_regclass('messages'), to_regclass('conversations'),
      to_regclass('chat_command_outcomes'))
    ORDER BY 1`.execute(db)
  return rows.map(({ name }) => name)
}
