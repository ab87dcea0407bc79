import pg from 'pg'
import { inject } from 'vitest'
import { withAdmin } from './admin-database.ts'

let made = 0

export interface TestLogin extends AsyncDisposable {
  name: string
  /** The URL of a database as this login. */
  urlFor(databaseUrl: string): string
}

/** A login of its own that is a member of one role. Logins are of the whole cluster, which files of tests share. */
export async function createTestLogin(role: string): Promise<TestLogin> {
  const name = `test_login_${process.pid}_${++made}`
  const adminUrl = inject('databaseUrl')
  const asAdmin = (statement: string) => withAdmin(adminUrl, admin => admin.query(statement))
  await asAdmin(`CREATE ROLE ${name} LOGIN PASSWORD '${name}' IN ROLE ${pg.escapeIdentifier(role)}`)
  return {
    name,
    urlFor: databaseUrl => Object.assign(new URL(databaseUrl), { username: name, password: name }).href,
    async [Symbol.asyncDispose]() {
      await asAdmin(`DROP ROLE ${name}`)
    },
  }
}
