import { type Kysely, sql } from 'kysely'
import { READER_ROLE, WRITER_ROLE } from './003-users-view-and-roles.ts'

/** Services and `doctor` tell by it whether the schema is the one that they need. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`GRANT SELECT ON chat_migrations TO ${sql.ref(READER_ROLE)}, ${sql.ref(WRITER_ROLE)}`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`REVOKE SELECT ON chat_migrations FROM ${sql.ref(READER_ROLE)}, ${sql.ref(WRITER_ROLE)}`.execute(
    db,
  )
}
