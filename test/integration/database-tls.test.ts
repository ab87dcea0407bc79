import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../shared/database/connect.ts'
import { migrateUp } from '../../shared/database/migrate.ts'
import { createSelfSignedCertificate } from '../support/self-signed-certificate.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { startTlsInFront, type TlsInFront } from '../support/tls-in-front.ts'

const parts = new AsyncDisposableStack()
let db: TestDatabase
let tls: TlsInFront
let folder: string

beforeAll(async () => {
  db = parts.use(await createTestDatabase())
  const { hostname, port } = new URL(db.url)
  tls = parts.use(await startTlsInFront({ host: hostname, port: Number(port) }))
  folder = await mkdtemp(join(tmpdir(), 'growzone-chat-tls-'))
  parts.defer(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'ca.pem'), tls.cert)
  await writeFile(join(folder, 'other.pem'), createSelfSignedCertificate('localhost').cert)
})
afterAll(() => parts.disposeAsync())

/** As a task on AWS is told it, but for the login. */
function urlOf(host: string, authorities: string): string {
  const url = Object.assign(new URL(db.url), { host: `${host}:${tls.port}` })
  return `${url}?sslmode=verify-full&sslrootcert=${join(folder, authorities)}`
}

test('a server whose certificate the named authorities vouch for is spoken to', async () => {
  const DATABASE_URL = urlOf('localhost', 'ca.pem')
  const settings = { DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 }
  await using database = connectDatabase({ DATABASE_URL, ...settings }, 'test')
  const { rows } = await database.pool.query('SELECT current_database() AS name')
  expect(`/${rows[0].name}`).toBe(new URL(db.url).pathname)
  expect(await migrateUp(DATABASE_URL)).toEqual([])
})

const CHECK = 'check sslmode and sslrootcert of DATABASE_URL'

test.each([
  [
    'localhost',
    'other.pem',
    /^PostgreSQL at localhost:\d+ shows a certificate that is not accepted \(.+\); /,
  ],
  [
    '127.0.0.1',
    'ca.pem',
    /^PostgreSQL at 127\.0\.0\.1:\d+ shows a certificate that is not accepted \(.+\); /,
  ],
  ['localhost', 'missing.pem', /^.+missing\.pem cannot be read \(ENOENT\); /],
])('at %s with %s it is not, and why is told in one line', async (host, authorities, line) => {
  const migrating = migrateUp(urlOf(host, authorities))
  await expect(migrating).rejects.toThrow(line)
  await expect(migrating).rejects.toThrow(CHECK)
})

test('a server without TLS is not spoken to where its certificate would be looked at', async () => {
  const plain = `${db.url}?sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`
  await expect(migrateUp(plain)).rejects.toThrow(
    /^PostgreSQL at 127\.0\.0\.1:\d+ speaks no TLS; check sslmode and sslrootcert of DATABASE_URL$/,
  )
})
