import * as z from 'zod'
import { awsSettings } from '../../shared/aws/clients.ts'
import {
  authSettings,
  commonSettings,
  databaseSettings,
  leanLaneSettings,
  originList,
  port,
  positiveInteger,
} from '../../shared/config.ts'
import { httpLimitSettings } from '../../shared/http-limits.ts'
import { limitSettings, limitStoreSettings } from '../../shared/limits/limit-settings.ts'
import { signingSettings } from '../../shared/media/create-signer.ts'
import { telemetrySettings } from '../../shared/telemetry-config.ts'

export const ingressConfig = z.object({
  ...commonSettings,
  HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PORT: port.default(8000).describe('port of the REST API'),
  ...databaseSettings,
  ...authSettings,
  ...awsSettings,
  ...leanLaneSettings,
  ...signingSettings,
  ...telemetrySettings,
  CORS_ORIGINS: originList
    .optional()
    .describe('origins of web pages that may call the API, comma-separated; unset: none'),
  ...httpLimitSettings,
  ...limitSettings,
  ...limitStoreSettings,
  UPLOAD_MAX_BYTES: positiveInteger
    .default(50 * 1024 * 1024)
    .describe('largest file that may be uploaded, bytes'),
})
export type IngressConfig = z.infer<typeof ingressConfig>
