import type { Postgres } from '../../../../infra/local/postgres.ts'
import { migrateUp } from '../../../../shared/database/migrate.ts'
import { shapeDatabase } from '../database-shape.ts'
import { nameOfSize } from '../options.ts'
import { seedDatabase } from './seed-database.ts'
import { query, SEEDING, startServer, urlOf } from './start-server.ts'

export interface SeedRun {
  dataDir: string
  sizes: number[]
  /** Databases that were written in will do. */
  mayBeWrittenIn: boolean
  signal: AbortSignal
  say(line: string): void
}

/** Stands as the comment of a database that is whole, and changes with what `seedDatabase` makes. */
const SEEDED = 'seeded by bench:reads, 2'

/** What measured writes leave behind does not matter to the next writes, until a database is no longer of its size. */
const MAX_GROWTH = 1.05

/** A database for each size; those that an earlier run left as they were are only migrated and cleaned. */
export async function seedDatabases({ dataDir, sizes, mayBeWrittenIn, signal, say }: SeedRun): Promise<void> {
  await using server = await startServer(dataDir, SEEDING, signal)
  const present = await findSeeded(server)
  for (const size of sizes) {
    signal.throwIfAborted()
    const database = databaseOf(size)
    if (
      present.has(database) &&
      (await countMessages(urlOf(server, database))) <= size * (mayBeWrittenIn ? MAX_GROWTH : 1)
    ) {
      await migrateUp(urlOf(server, database))
      await query(urlOf(server, database), ['VACUUM (ANALYZE)'])
      continue
    }
    const startedAt = performance.now()
    say(`seeding ${nameOfSize(size)} messages …`)
    await query(urlOf(server, 'postgres'), [
      `DROP DATABASE IF EXISTS ${database}`,
      `CREATE DATABASE ${database}`,
    ])
    await seedDatabase(urlOf(server, database), shapeDatabase(size))
    await query(urlOf(server, 'postgres'), [`COMMENT ON DATABASE ${database} IS '${SEEDED}'`])
    say(`seeded ${nameOfSize(size)} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  }
}

export function databaseOf(size: number): string {
  return `reads_${nameOfSize(size)}`
}

async function findSeeded(server: Postgres): Promise<Set<string>> {
  const rows = await query<{ name: string }>(urlOf(server, 'postgres'), [
    `SELECT datname AS name FROM pg_database WHERE shobj_description(oid, 'pg_database') = '${SEEDED}'`,
  ])
  return new Set(rows.map(row => row.name))
}

async function countMessages(url: string): Promise<number> {
  const [row] = await query<{ messages: string }>(url, [
    'SELECT sum(last_seq) AS messages FROM conversations',
  ])
  return Number(row?.messages)
}
