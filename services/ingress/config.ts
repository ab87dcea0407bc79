import * as z from 'zod'
import { awsSettings } from '../../shared/aws/clients.ts'
import {
  authSettings,
  commonSettings,
  databaseSettings,
  leanLaneSettings,
  mediaSettings,
  port,
} from '../../shared/config.ts'

export const ingressConfig = z.object({
  ...commonSettings,
  HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PORT: port.default(8000).describe('port of the REST API'),
  ...databaseSettings,
  ...authSettings,
  ...awsSettings,
  ...leanLaneSettings,
  ...mediaSettings,
})
export type IngressConfig = z.infer<typeof ingressConfig>
