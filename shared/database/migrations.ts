import type { Migration } from 'kysely/migration'
import * as seedTables from './migrations/001-seed-tables.ts'
import * as orderAndVersions from './migrations/002-order-and-versions.ts'
import * as usersViewAndRoles from './migrations/003-users-view-and-roles.ts'
import * as leanIndexes from './migrations/004-lean-indexes.ts'
import * as readableMigrations from './migrations/005-readable-migrations.ts'

export interface ChatMigration extends Migration {
  /**
   * False for one that cannot run in a transaction (CREATE INDEX CONCURRENTLY). It may stop half-way, so each of its
   * steps must be such that it can be done again.
   */
  transactional?: false
}

/** By name, in the order in which they are applied. docs/migrations.md has the rules for further ones. */
export const MIGRATIONS: Record<string, ChatMigration> = {
  '001-seed-tables': seedTables,
  '002-order-and-versions': orderAndVersions,
  '003-users-view-and-roles': usersViewAndRoles,
  '004-lean-indexes': leanIndexes,
  '005-readable-migrations': readableMigrations,
}

export const MIGRATION_TABLE = 'chat_migrations'
