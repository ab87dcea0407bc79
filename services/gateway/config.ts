import * as z from 'zod'
import { awsSettings, pushSettings } from '../../shared/aws/clients.ts'
import {
  authSettings,
  commonSettings,
  leanLaneSettings,
  mediaSettings,
  port,
  positiveInteger,
} from '../../shared/config.ts'
import { httpLimitSettings } from '../../shared/http-limits.ts'
import {
  limitStoreSettings,
  sendLimitSettings,
  socketLimitSettings,
} from '../../shared/limits/limit-settings.ts'
import { telemetrySettings } from '../../shared/telemetry-config.ts'

/** What each handler reads on AWS Lambda, where it is a function of its own. */
export const authorizerSettings = {
  ...commonSettings,
  ...awsSettings,
  ...authSettings,
  JWT_SECRET_ARN: z
    .string()
    .optional()
    .describe('secret in Secrets Manager that takes the place of JWT_SECRET'),
}
export const registrySettings = { ...commonSettings, ...awsSettings }
const socketsPerUser = {
  MAX_SOCKETS_PER_USER: positiveInteger
    .default(20)
    .describe('open sockets of one user; a new one takes the place of the oldest'),
}
export const connectSettings = {
  ...registrySettings,
  ...socketsPerUser,
  ...socketLimitSettings,
  ...limitStoreSettings,
}
export const expireSettings = { ...registrySettings, ...pushSettings }
export const frameSettings = {
  ...registrySettings,
  ...mediaSettings,
  ...sendLimitSettings,
  ...limitStoreSettings,
  ...telemetrySettings,
}

export const gatewayConfig = z.object({
  ...commonSettings,
  ...authSettings,
  ...awsSettings,
  ...mediaSettings,
  ...telemetrySettings,
  ...leanLaneSettings,
  HOST: z.string().default('0.0.0.0').describe('address of the public WebSocket port'),
  PORT: port.default(8001).describe('public WebSocket port'),
  MANAGEMENT_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address of the @connections API, health and metrics; must not be public'),
  MANAGEMENT_PORT: port.default(8002).describe('port of the @connections API, health and metrics'),
  IDLE_TIMEOUT_SECONDS: positiveInteger
    .max(86_400)
    .default(600)
    .describe('a socket without traffic for this long is closed'),
  MAX_LIFETIME_SECONDS: positiveInteger
    .max(7 * 86_400)
    .default(7200)
    .describe('a socket is closed when it is this old'),
  ...socketsPerUser,
  MAX_FRAMES_PER_SECOND: positiveInteger
    .default(100)
    .describe('frames of one socket that are handled in a second; the others wait'),
  ...httpLimitSettings,
  ...sendLimitSettings,
  ...socketLimitSettings,
  ...limitStoreSettings,
})
export type GatewayConfig = z.infer<typeof gatewayConfig>
