import { type Kysely, sql } from 'kysely'

/** Stands as the comment of tables that a migration made, so that `down` never drops somebody else's. */
const MARK = 'made by growzone-chat'

export async function tableExists(db: Kysely<unknown>, table: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS exists`.execute(
    db,
  )
  return rows[0]?.exists === true
}

export async function markAsMadeByChat(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`COMMENT ON TABLE ${sql.table(table)} IS ${sql.lit(MARK)}`.execute(db)
}

export async function isMadeByChat(db: Kysely<unknown>, table: string): Promise<boolean> {
  const { rows } = await sql<{ mark: string | null }>`
    SELECT obj_description(to_regclass(${table}), 'pg_class') AS mark`.execute(db)
  return rows[0]?.mark === MARK
}
