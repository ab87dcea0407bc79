import { type Kysely, sql } from 'kysely'

/**
 * Makes an index while others write; only outside a transaction. An attempt that was stopped leaves an invalid index,
 * which costs every write and serves no read: the next attempt takes it away first.
 * `on`: what follows ON in the statement.
 */
export async function createIndexConcurrently(db: Kysely<unknown>, name: string, on: string): Promise<void> {
  const { rows } = await sql<{ isValid: boolean }>`
    SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass(${name})`.execute(db)
  if (rows[0]?.isValid === false) await dropIndexConcurrently(db, name)
  await sql`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${sql.ref(name)} ON ${sql.raw(on)}`.execute(db)
}

/** Takes an index away while others write, if it is there; only outside a transaction. */
export async function dropIndexConcurrently(db: Kysely<unknown>, name: string): Promise<void> {
  await sql`DROP INDEX CONCURRENTLY IF EXISTS ${sql.ref(name)}`.execute(db)
}
