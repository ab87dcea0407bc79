import { explainDatabaseError } from '../../../shared/database/explain-database-error.ts'
import {
  type DatabaseReport,
  FORBIDDEN_TO_READERS,
  inspectDatabase,
  type Right,
  WRITER_RIGHTS,
} from '../../../shared/database/inspect-database.ts'
import { type Check, type Finding, fail, ok, warn } from './finding.ts'
import type { ServiceName } from './services.ts'

const OLDEST_VERSION = 140_000
const MIGRATE = 'run `growzone-chat migrate` with the login that owns the schema'

/** `services`: those of the ingress and the persister that are looked at; they share DATABASE_URL only where both are. */
export function checkDatabase(databaseUrl: string, services: ServiceName[]): Check {
  const name = 'database'
  return {
    name,
    async run({ timeoutMs }) {
      try {
        const report = await inspectDatabase(databaseUrl, timeoutMs)
        const isShared = services.length > 1
        return [
          ...describeServer(report, databaseUrl),
          ...checkMigrations(report),
          ...(services.includes('ingress') ? checkReader(report, isShared) : []),
          ...(services.includes('persister') ? checkWriter(report) : []),
        ]
      } catch (error) {
        const explanation = explainDatabaseError(error, databaseUrl)
        if (explanation === undefined) throw error
        const [detail = '', ...mend] = explanation.split('; ')
        return [fail(name, detail, mend.join('; '))]
      }
    },
  }
}

function describeServer({ version, versionName, login }: DatabaseReport, databaseUrl: string): Finding[] {
  const detail = `PostgreSQL ${versionName} at ${new URL(databaseUrl).host} as ${login}`
  if (version < OLDEST_VERSION) return [fail('database', detail, 'PostgreSQL 14 or later is needed')]
  return [ok('database', detail)]
}

export function checkMigrations({ migrations }: Pick<DatabaseReport, 'migrations'>): Finding[] {
  const check = 'migrations'
  if (migrations === undefined)
    return [warn(check, 'this login may not read chat_migrations', `${MIGRATE}, or run doctor with it`)]
  const { applied, pending, unknown, invalidIndexes } = migrations
  const findings: Finding[] = []
  if (pending.length > 0) findings.push(fail(check, `not applied: ${pending.join(', ')}`, MIGRATE))
  if (unknown.length > 0)
    findings.push(
      warn(
        check,
        `unknown to this version: ${unknown.join(', ')}`,
        'a newer version has been here; roll forward',
      ),
    )
  if (invalidIndexes.length > 0) {
    const detail = `half-made indexes: ${invalidIndexes.join(', ')}`
    const rebuild = invalidIndexes.map(name => `REINDEX INDEX CONCURRENTLY ${name}`).join('; ')
    findings.push(fail(check, detail, pending.length > 0 ? `${MIGRATE}, which continues` : rebuild))
  }
  return findings.length > 0 ? findings : [ok(check, `all ${applied.length} are applied`)]
}

function checkReader({ rights, unreadable }: DatabaseReport, isShared: boolean): Finding[] {
  const check = 'ingress rights'
  if (unreadable.length > 0)
    return unreadable.map(({ table, reason }) =>
      fail(check, `cannot read ${table} (${reason})`, 'GRANT chat_reader to its login, after migrate'),
    )
  const mayWrite = FORBIDDEN_TO_READERS.filter(right => rights.has(right))
  if (mayWrite.length === 0) return [ok(check, 'reads what it needs, and writes nothing')]
  const detail = `its login may ${listRights(mayWrite)}`
  if (!isShared) return [fail(check, detail, 'give it a login that is a member of chat_reader alone')]
  return [
    warn(
      check,
      detail,
      'run `doctor ingress` with the DATABASE_URL of the ingress, a member of chat_reader alone',
    ),
  ]
}

function checkWriter({ rights, isReadOnly, unreadable }: DatabaseReport): Finding[] {
  const check = 'persister rights'
  if (isReadOnly)
    return [
      fail(check, 'the server is read-only', 'use the writer endpoint, or wait for the failover to end'),
    ]
  const missing = WRITER_RIGHTS.filter(right => !rights.has(right))
  if (missing.length > 0 || unreadable.length > 0) {
    const reads = unreadable.map(({ table }): Right => `SELECT ${table}`)
    return [
      fail(
        check,
        `its login may not ${listRights([...reads, ...missing])}`,
        'GRANT chat_writer to its login, after migrate',
      ),
    ]
  }
  return [ok(check, 'reads and writes what it needs')]
}

function listRights(rights: Right[]): string {
  return [...new Set(rights)].join(', ')
}
