import * as z from 'zod'
import {
  authSettings,
  ConfigError,
  DEVELOPMENT_JWT_SECRET,
  positiveInteger,
  readConfig,
} from '../../../shared/config.ts'
import { userId } from '../../../shared/contract/identifiers.ts'
import { type Command, print, UsageError } from '../command.ts'

const DAY_SECONDS = 86_400

const tokenConfig = z.object({
  JWT_SECRET: authSettings.JWT_SECRET.default(DEVELOPMENT_JWT_SECRET).describe(
    'shared secret of the services',
  ),
  NODE_ENV: z.string().optional().describe('no token is made where this is `production`'),
})

export const token: Command = {
  summary: 'Prints a token for a user. For development; in production tokens come from the auth API.',
  operands: '<userId>',
  flags: { lifetime: { meaning: 'seconds until it expires', default: String(DAY_SECONDS) } },
  settings: async () => tokenConfig,
  async run({ operands: [operand], flags, env }) {
    const config = readConfig(tokenConfig, env)
    if (config.NODE_ENV === 'production') throw new ConfigError('makes no tokens in production')
    const user = userId.safeParse(operand)
    if (!user.success) throw new UsageError('<userId> must be a whole number between 1 and 2147483647')
    const lifetime = positiveInteger.safeParse(flags.lifetime)
    if (!lifetime.success) throw new UsageError('--lifetime must be a whole number of seconds, 1 or more')
    const { signToken } = await import('../../../shared/auth.ts')
    print(await signToken(config.JWT_SECRET, user.data, lifetime.data))
  },
}
