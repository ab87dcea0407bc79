import { z } from 'zod'
import { awsSettings } from '../../shared/aws/clients.ts'
import {
  commonSettings,
  consumerSettings,
  databaseSettings,
  healthSettings,
  port,
} from '../../shared/config.ts'

export const persisterConfig = z.object({
  ...commonSettings,
  ...healthSettings,
  HEALTH_PORT: port.default(8003).describe('port of /health/live, /health/ready and /metrics'),
  ...databaseSettings,
  ...awsSettings,
  ...consumerSettings,
})
export type PersisterConfig = z.infer<typeof persisterConfig>
