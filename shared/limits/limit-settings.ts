import * as z from 'zod'

/** `<how many>/<seconds>`: so many at once, and then as many in every span of so many seconds, evenly; or `off`. */
const limit = z.string().regex(/^(off|[1-9]\d{0,8}\/[1-9]\d{0,5})$/, 'must be <how many>/<seconds>, or off')

export const sendLimitSettings = {
  RATE_LIMIT_SENDS: limit
    .default('30/30')
    .describe('messages that a user may send: so many at once, then as many in so many seconds; or off'),
  RATE_LIMIT_SENDS_TO_ONE: limit.default('20/30').describe('messages that a user may send to one other user'),
  RATE_LIMIT_NEW_CONVERSATIONS: limit
    .default('60/3600')
    .describe('users whom a user may write to for the first time'),
  RATE_LIMIT_TYPING: limit.default('10/20').describe('times that a user may tell of typing'),
  RATE_LIMIT_WRITES: limit.default('60/60').describe('receipts, settings, deletions and pings of a user'),
}

export const socketLimitSettings = {
  RATE_LIMIT_SOCKETS: limit.default('30/60').describe('tickets, or sockets, that a user may open'),
}

export const limitSettings = {
  ...sendLimitSettings,
  ...socketLimitSettings,
  RATE_LIMIT_READS: limit.default('60/30').describe('reads of a user'),
  RATE_LIMIT_UPLOADS: limit.default('20/60').describe('uploads that a user may begin'),
}

export const limitStoreSettings = {
  LIMIT_STORE: z
    .enum(['memory', 'dynamodb'])
    .default('memory')
    .describe(
      'where it counts what a user may do: in each process, or with `dynamodb` sends, new conversations, sockets and uploads in all processes together',
    ),
}

export type LimitSetting = keyof typeof limitSettings
export type LimitConfig = Partial<Record<LimitSetting, string>>
export interface LimitStoreConfig {
  LIMIT_STORE: 'memory' | 'dynamodb'
  CHAT_RESOURCE_PREFIX: string
}
