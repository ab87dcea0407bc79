import { ConfigError } from '../../../shared/config.ts'
import type { Command } from '../command.ts'

export const local: Command = {
  summary: 'Runs the whole chat on this machine, with an embedded PostgreSQL and AWS. For development.',
  settings: async () => (await inDevelopment(import('../../local/settings.ts'))).localConfig,
  run: async ({ env }) => (await inDevelopment(import('../../local/local.ts'))).runLocal(env),
}

/** The image and `npm ci --omit=dev` leave out what it is made of. */
async function inDevelopment<Module>(loading: Promise<Module>): Promise<Module> {
  try {
    return await loading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ConfigError('is for development: it needs a clone with all its dependencies (npm ci)', {
      cause: error,
    })
  }
}
