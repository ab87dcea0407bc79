import * as z from 'zod'
import { awsSettings, pushSettings } from '../../shared/aws/clients.ts'
import { commonSettings, consumerSettings, healthSettings, leanLaneSettings } from '../../shared/config.ts'
import { signingSettings } from '../../shared/media/create-signer.ts'
import { telemetrySettings } from '../../shared/telemetry-config.ts'

export const deliveryConfig = z.object({
  ...commonSettings,
  ...healthSettings(8004),
  ...awsSettings,
  ...leanLaneSettings,
  ...pushSettings,
  ...consumerSettings,
  ...signingSettings,
  ...telemetrySettings,
})
export type DeliveryConfig = z.infer<typeof deliveryConfig>
