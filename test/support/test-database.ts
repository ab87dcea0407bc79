import { inject } from 'vitest'
import { connectDatabase, type DatabaseHandle } from '../../shared/database/connect.ts'
import { TEMPLATE_DATABASE, withAdmin } from './admin-database.ts'

let made = 0

export interface TestDatabase extends DatabaseHandle {
  url: string
}

/** A database of its own, cloned from the migrated template, with users 1–5; `template: 'template0'` gives an empty one. */
export async function createTestDatabase({ template = TEMPLATE_DATABASE } = {}): Promise<TestDatabase> {
  const name = `test_${process.pid}_${++made}`
  const adminUrl = inject('databaseUrl')
  await withAdmin(adminUrl, admin => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href
  const handle = connectDatabase(
    { DATABASE_URL: url, DATABASE_POOL_SIZE: 4, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 },
    'test',
  )
  if (template === TEMPLATE_DATABASE) {
    await handle.pool.query(
      `INSERT INTO users (id, username, name) SELECT n, 'user' || n, 'User ' || n FROM generate_series(1, 5) AS n`,
    )
  }
  return {
    ...handle,
    url,
    async [Symbol.asyncDispose]() {
      await handle[Symbol.asyncDispose]()
      await withAdmin(adminUrl, admin => admin.query(`DROP DATABASE ${name} WITH (FORCE)`))
    },
  }
}
