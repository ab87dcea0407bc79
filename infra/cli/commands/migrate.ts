import * as z from 'zod'
import { databaseSettings, readConfig } from '../../../shared/config.ts'
import { type Command, print, UsageError } from '../command.ts'

const migrateConfig = z.object({ DATABASE_URL: databaseSettings.DATABASE_URL })

export const migrate: Command = {
  summary: 'Changes the database schema: up (default) to the latest, down by one step, or tells the status.',
  operands: '[up|down|status]',
  settings: async () => migrateConfig,
  async run({ operands: [direction = 'up'], env }) {
    if (!isDirection(direction)) throw new UsageError(`${direction} is not one of up, down, status`)
    const { DATABASE_URL } = readConfig(migrateConfig, env)
    const migrations = await import('../../../shared/database/migrate.ts')
    if (direction === 'up') return tell('applied', await migrations.migrateUp(DATABASE_URL))
    if (direction === 'down') return tell('undone', await migrations.migrateDown(DATABASE_URL))
    for (const { name, executedAt } of await migrations.migrationStatus(DATABASE_URL))
      print(`${name}: ${executedAt ? `applied ${executedAt.toISOString()}` : 'not applied'}`)
  },
}

function isDirection(word: string): word is 'up' | 'down' | 'status' {
  return ['up', 'down', 'status'].includes(word)
}

function tell(what: string, names: string[]): void {
  for (const name of names) print(`${name}: ${what}`)
  if (names.length === 0) print('nothing to do')
}
