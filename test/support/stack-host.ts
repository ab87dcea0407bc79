import { signToken } from '../../shared/auth.ts'
import type { Host, StoredMessage } from '../client/host.ts'
import { createUsers, queryDatabase } from './chat-user.ts'
import { recordedPids, signal } from './stack-processes.ts'
import { startStack } from './start-stack.ts'

export interface StackHost extends Host, AsyncDisposable {}

/** A stack of its own, as the scenarios of the client see it. */
export async function createStackHost(settings?: Record<string, string>): Promise<StackHost> {
  const stack = await startStack(undefined, settings)
  const { env } = stack
  const apiUrl = env.INGRESS_URL as string
  const wsUrl = env.GATEWAY_URL as string
  const mediaUrl = env.MEDIA_ORIGINS?.split(',')[0] as string
  return {
    addresses: async () => ({ apiUrl, wsUrl, mediaUrl }),
    createUsers: async count => (await createUsers(count, env)).map(({ id }) => id),
    async reserveUser() {
      const [row] = await queryDatabase<{ id: number }>(
        `SELECT 1000000 + nextval(pg_get_serial_sequence('users', 'id'))::int AS id`,
        [],
        env,
      )
      return row?.id as number
    },
    async addUser(id) {
      await queryDatabase(
        `INSERT INTO users (id, username, name) VALUES ($1, $2, 'Late')`,
        [id, `user${id}`],
        env,
      )
    },
    signToken: (userId, lifetimeSeconds) => signToken(env.JWT_SECRET as string, userId, lifetimeSeconds),
    async killGateway() {
      const { gateway } = await recordedPids(stack.dataDir)
      if (gateway !== undefined) signal([gateway], 'SIGKILL')
    },
    readMessages: conversationId =>
      queryDatabase<StoredMessage & object>(
        `SELECT id, seq::int, sender_id AS "senderId", text_content AS text
         FROM messages WHERE conversation_id = $1 ORDER BY seq`,
        [conversationId],
        env,
      ),
    countBytes: async url => (await (await fetch(url)).arrayBuffer()).byteLength,
    async report(line) {
      process.stdout.write(`${line}\n`)
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}
