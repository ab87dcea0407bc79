import * as z from 'zod'
import { ConfigError, databaseSettings, readConfig } from '../../../shared/config.ts'
import { type Command, print } from '../command.ts'

const password = (login: string) => z.string().describe(`password of the login role ${login}`)

const loginsConfig = z.object({
  DATABASE_URL: databaseSettings.DATABASE_URL,
  INGRESS_DATABASE_PASSWORD: password('chat_ingress'),
  PERSISTER_DATABASE_PASSWORD: password('chat_persister'),
})

export const logins: Command = {
  summary:
    'Makes the login roles chat_ingress (may read) and chat_persister (may write), or sets their passwords.',
  settings: async () => loginsConfig,
  async run({ env }) {
    const config = readConfig(loginsConfig, env)
    const { createLoginRoles } = await import('../../../shared/database/migrate.ts')
    await createLoginRoles(config.DATABASE_URL, {
      ingressPassword: config.INGRESS_DATABASE_PASSWORD,
      persisterPassword: config.PERSISTER_DATABASE_PASSWORD,
    }).catch(tellMissingRoles)
    print('chat_ingress, chat_persister: may log in')
  },
}

const UNDEFINED_OBJECT = '42704'

function tellMissingRoles(error: unknown): never {
  if ((error as { code?: unknown }).code !== UNDEFINED_OBJECT) throw error
  throw new ConfigError(
    'the roles chat_reader and chat_writer do not exist; run `growzone-chat migrate` first',
    {
      cause: error,
    },
  )
}
