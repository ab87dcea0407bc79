import * as z from 'zod'
import { awsSettings } from '../../shared/aws/clients.ts'
import {
  commonSettings,
  consumerSettings,
  databaseSettings,
  healthSettings,
  leanLaneSettings,
  mediaSettings,
} from '../../shared/config.ts'
import { telemetrySettings } from '../../shared/telemetry-config.ts'

export const persisterConfig = z.object({
  ...commonSettings,
  ...healthSettings(8003),
  ...databaseSettings,
  ...awsSettings,
  ...leanLaneSettings,
  ...consumerSettings,
  ...mediaSettings,
  ...telemetrySettings,
})
export type PersisterConfig = z.infer<typeof persisterConfig>
