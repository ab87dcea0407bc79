import * as z from 'zod'
import { awsSettings, pushSettings } from '../../shared/aws/clients.ts'
import { commonSettings, consumerSettings, healthSettings, leanLaneSettings } from '../../shared/config.ts'

export const deliveryConfig = z.object({
  ...commonSettings,
  ...healthSettings(8004),
  ...awsSettings,
  ...leanLaneSettings,
  ...pushSettings,
  ...consumerSettings,
})
export type DeliveryConfig = z.infer<typeof deliveryConfig>
