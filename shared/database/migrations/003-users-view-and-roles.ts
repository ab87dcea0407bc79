import { type Kysely, sql } from 'kysely'

/** Rights of the two services that reach the database; login roles are made members of these. */
export const READER_ROLE = 'chat_reader'
export const WRITER_ROLE = 'chat_writer'

/** The only way the chat reads users. A deployer whose table has other names replaces the view. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createUsersView(db)
  for (const role of [READER_ROLE, WRITER_ROLE]) await createRoleWhereMissing(db, role)
  await sql`
    GRANT SELECT ON conversations, messages, chat_users, chat_command_outcomes
      TO ${sql.ref(READER_ROLE)}, ${sql.ref(WRITER_ROLE)}`.execute(db)
  await sql`GRANT INSERT, UPDATE ON conversations, messages TO ${sql.ref(WRITER_ROLE)}`.execute(db)
  await sql`GRANT INSERT, DELETE ON chat_command_outcomes TO ${sql.ref(WRITER_ROLE)}`.execute(db)
}

/** The roles stay where another database of the cluster still grants them something. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP VIEW chat_users`.execute(db)
  for (const role of [READER_ROLE, WRITER_ROLE]) {
    await sql`REVOKE ALL ON conversations, messages, chat_command_outcomes FROM ${sql.ref(role)}`.execute(db)
    await sql`
      DO $$ BEGIN
        DROP ROLE ${sql.ref(role)};
      EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
      END $$`.execute(db)
  }
}

async function createUsersView(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ column_name: string }>`
    SELECT column_name FROM information_schema.columns
    WHERE table_name = 'users' AND table_schema = current_schema()`.execute(db)
  const present = new Set(rows.map(row => row.column_name))
  const column = (name: string) =>
    present.has(name) ? sql`${sql.ref(name)}::text AS ${sql.ref(name)}` : sql`NULL::text AS ${sql.ref(name)}`
  await sql`
    CREATE VIEW chat_users AS
      SELECT id, ${column('username')}, ${column('name')}, ${column('avatar_url')} FROM users`.execute(db)
}

/** Roles belong to the whole cluster: another database, or a migrator beside this one, may have made it. */
async function createRoleWhereMissing(db: Kysely<unknown>, role: string): Promise<void> {
  await sql`
    DO $$ BEGIN
      CREATE ROLE ${sql.ref(role)} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`.execute(db)
}
