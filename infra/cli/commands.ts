import type { Command } from './command.ts'

/** Loaded one by one: a process holds only what its own command needs. */
export const COMMANDS: Record<string, () => Promise<Command>> = {
  ingress: async () => (await import('./commands/services.ts')).ingress,
  gateway: async () => (await import('./commands/services.ts')).gateway,
  persister: async () => (await import('./commands/services.ts')).persister,
  delivery: async () => (await import('./commands/services.ts')).delivery,
  local: async () => (await import('./commands/local.ts')).local,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  logins: async () => (await import('./commands/logins.ts')).logins,
  'demo-users': async () => (await import('./commands/demo-users.ts')).demoUsers,
  provision: async () => (await import('./commands/provision.ts')).provision,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  dlq: async () => (await import('./commands/dlq.ts')).dlq,
  disconnect: async () => (await import('./commands/disconnect.ts')).disconnect,
  token: async () => (await import('./commands/token.ts')).token,
}
