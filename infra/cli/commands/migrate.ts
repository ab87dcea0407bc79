import * as z from 'zod'
import { databaseSettings, positiveInteger, readConfig } from '../../../shared/config.ts'
import { type Command, print, UsageError } from '../command.ts'

const migrateConfig = z.object({
  DATABASE_URL: databaseSettings.DATABASE_URL,
  MIGRATE_LOCK_TIMEOUT_MS: positiveInteger
    .default(2_000)
    .describe('a statement that waits longer for its lock gives up and lets traffic pass, ms'),
  MIGRATE_LOCK_ATTEMPTS: positiveInteger
    .default(10)
    .describe('how often a migration is tried whose lock cannot be had'),
  MIGRATE_STATEMENT_TIMEOUT_MS: positiveInteger
    .default(900_000)
    .describe('longest time one statement of a migration may take, ms'),
  MIGRATE_WAIT_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .default(60)
    .describe('how long another migrator is waited for, s'),
})

export const migrate: Command = {
  summary: 'Changes the database schema: up (default) to the latest, down by one step, or tells the status.',
  operands: '[up|down|status]',
  settings: async () => migrateConfig,
  async run({ operands: [direction = 'up'], env }) {
    if (!isDirection(direction)) throw new UsageError(`${direction} is not one of up, down, status`)
    const config = readConfig(migrateConfig, env)
    const { DATABASE_URL: url } = config
    const migrations = await import('../../../shared/database/migrate.ts')
    const options = { limits: limitsOf(config), log: tellMeanwhile }
    if (direction === 'up') return tell('applied', await migrations.migrateUp(url, options))
    if (direction === 'down') return tell('undone', await migrations.migrateDown(url, options))
    for (const { name, executedAt, isUnknown } of await migrations.migrationStatus(url)) {
      const state = executedAt ? `applied ${executedAt.toISOString()}` : 'not applied'
      print(`${name}: ${state}${isUnknown ? ', unknown to this version' : ''}`)
    }
  },
}

function limitsOf(config: z.infer<typeof migrateConfig>) {
  return {
    lockTimeoutMs: config.MIGRATE_LOCK_TIMEOUT_MS,
    lockAttempts: config.MIGRATE_LOCK_ATTEMPTS,
    statementTimeoutMs: config.MIGRATE_STATEMENT_TIMEOUT_MS,
    migratorWaitMs: config.MIGRATE_WAIT_SECONDS * 1_000,
  }
}

function isDirection(word: string): word is 'up' | 'down' | 'status' {
  return ['up', 'down', 'status'].includes(word)
}

function tell(what: string, names: string[]): void {
  for (const name of names) print(`${name}: ${what}`)
  if (names.length === 0) print('nothing to do')
}

/** What is waited for, on standard error. */
function tellMeanwhile(line: string): void {
  process.stderr.write(`${line}\n`)
}
