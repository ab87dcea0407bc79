import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = globSync(['services/**/*.ts', 'shared/**/*.ts', 'infra/**/*.ts']).map(
  file => [file, readFileSync(file, 'utf8')] as const,
)

/** Text that goes into a statement as it is, and why nothing of a caller can be in it. */
const EXPLAINED: Record<string, string> = {
  'shared/database/migrations/concurrent-index.ts': 'what the migrations say of their indexes',
  'shared/database/migrations/002-order-and-versions.ts': 'defaults that stand in the migration',
  'shared/database/migrations/ownership.ts': 'a fixed comment; comments take no parameters',
  'shared/database/unnest-rows.ts': 'type names that stand beside the query',
  'shared/database/migrate.ts': 'a SCRAM verifier, which is base64; ALTER ROLE takes no parameters',
}

test('no statement is put together from text but where it is explained', () => {
  const raw = sources.filter(([, source]) => /\bsql\.(raw|lit)\(/.test(source)).map(([file]) => file)
  expect(raw.toSorted()).toEqual(Object.keys(EXPLAINED).toSorted())
})

/** Text joined outside `sql`, and why nothing of a caller can be in it. */
const JOINED: Record<string, string> = {
  'infra/local/postgres-cluster.ts': 'the name of the embedded database, a constant',
  'infra/cli/doctor/check-database.ts': 'no statement: the name of a right that is missing',
  'shared/database/migration-lock.ts': 'one of the queries that stand beside it',
}

test('values become parameters of a statement, and no statement is joined but where it is explained', () => {
  const joined = sources.filter(([, source]) => joinedStatements(source).length > 0).map(([file]) => file)
  expect(joined.toSorted()).toEqual(Object.keys(JOINED).toSorted())
})

test.each([
  [`db.query(\`SELECT * FROM users WHERE id = \${id}\`)`, 1],
  ["client.query('SELECT * FROM users WHERE id = ' + id)", 1],
  [`sql\`SELECT * FROM users WHERE id = \${id}\``, 0],
  [`sql<Row>\`SELECT \${id}\``, 0],
  ["client.query('SELECT $1', [id])", 0],
])('the scan judges %s', (code, faults) => {
  expect(joinedStatements(code)).toHaveLength(faults)
})

/** Statements in quotes that are joined with something, or in templates that are not those of `sql`. */
function joinedStatements(source: string): string[] {
  const verbs = '(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER|CREATE|DROP|GRANT|REVOKE|TRUNCATE)\\s'
  const templates = source.matchAll(new RegExp(`(?<![\\w>])\`\\s*${verbs}[^\`]*\\$\\{[^\`]*\``, 'g'))
  const joins = source.matchAll(new RegExp(`['"]\\s*${verbs}[^'"\\n]*['"]\\s*\\+`, 'g'))
  return [...templates, ...joins].map(([text]) => text.slice(0, 60))
}
