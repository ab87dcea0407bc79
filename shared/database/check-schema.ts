import type { Kysely } from 'kysely'
import { describeError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { isInsufficientPrivilege } from './database-errors.ts'
import { explainDatabaseError } from './explain-database-error.ts'
import { readMigrationState } from './migration-state.ts'
import type { Database } from './schema.ts'

const NO_RIGHTS =
  'this login may not read the migrations: run `growzone-chat migrate`, and make it a member of chat_reader or chat_writer'

/**
 * Says in one line of the log when a service starts on a database that is away, or that lacks migrations. The service goes
 * on: a database may come back, and its readiness tells until then.
 */
export async function logSchemaProblem(
  db: Kysely<Database>,
  databaseUrl: string,
  logger: Logger,
): Promise<void> {
  try {
    const { pending } = await readMigrationState(db as unknown as Kysely<unknown>)
    if (pending.length > 0)
      logger.error({ pending }, `the database lacks ${pending.join(', ')}; run \`growzone-chat migrate\``)
  } catch (error) {
    if (isInsufficientPrivilege(error)) return logger.error(NO_RIGHTS)
    const problem = explainDatabaseError(error, databaseUrl) ?? describeError(error)
    logger.error({ problem }, 'the database cannot be used yet; not ready until it can')
  }
}
