import type { Command } from '../command.ts'

export const local: Command = {
  summary: 'Runs the whole chat on this machine, with an embedded PostgreSQL and AWS. For development.',
  settings: async () => (await import('../../local/settings.ts')).localConfig,
  run: async ({ env }) => (await import('../../local/local.ts')).runLocal(env),
}
