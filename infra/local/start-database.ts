import { join } from 'node:path'
import { addDemoUsers, DEMO_USERS } from '../../shared/database/add-demo-users.ts'
import { createLoginRoles, migrateUp } from '../../shared/database/migrate.ts'
import { describeError } from '../../shared/errors.ts'
import type { DatabaseUrls } from './environment.ts'
import { rotateLog } from './log-files.ts'
import { startPostgres } from './postgres.ts'
import { type RunContext, startKept } from './run-context.ts'
import type { Ports } from './settings.ts'
import { LOGIN_PASSWORDS } from './settings.ts'

export function postgresDir(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** A migrated database with the demo users: the embedded one, or the one that DATABASE_URL names. */
export async function startDatabase(
  context: RunContext,
  ports: Ports,
  stack: AsyncDisposableStack,
): Promise<DatabaseUrls> {
  const external = context.config.DATABASE_URL
  const admin = external ?? (await startEmbedded(context, ports.LOCAL_POSTGRES_PORT, stack))
  context.giveUp.throwIfAborted()
  const applied = await migrateUp(admin).catch(error => {
    throw new Error(`the database cannot be migrated: ${describeError(error)}`, { cause: error })
  })
  const users = await addDemoUsers(admin)
  const names = DEMO_USERS.map(({ id, username }) => `${id} ${username}`).join(', ')
  context.say(`database: ${applied.length} migrations applied${users ? `, users ${names}` : ''}`)
  // Roles with known passwords are made on loopback only.
  if (external !== undefined) return { admin, ingress: admin, persister: admin }
  await createLoginRoles(admin, LOGIN_PASSWORDS)
  return {
    admin,
    ingress: asUser(admin, 'chat_ingress', LOGIN_PASSWORDS.ingressPassword),
    persister: asUser(admin, 'chat_persister', LOGIN_PASSWORDS.persisterPassword),
  }
}

async function startEmbedded(
  context: RunContext,
  port: number,
  stack: AsyncDisposableStack,
): Promise<string> {
  const logFile = rotateLog(context.logDir, 'postgres')
  const log = (line: string) => context.say(`PostgreSQL: ${line}`)
  const start = () => startPostgres({ dataDir: postgresDir(context.dataDir), port, logFile, log })
  const { kept, part } = await startKept(context, 'PostgreSQL', start)
  stack.defer(() => kept.stop(context.hasten))
  context.say(`PostgreSQL: ready on port ${port}`)
  return part.url
}

function asUser(url: string, user: string, password: string): string {
  return Object.assign(new URL(url), { username: user, password }).href
}
