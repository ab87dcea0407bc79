import { z } from 'zod'
import { awsSettings, pushSettings } from '../../shared/aws/clients.ts'
import { commonSettings, healthSettings } from '../../shared/config.ts'

export const deliveryConfig = z.object({
  ...commonSettings,
  ...healthSettings,
  ...awsSettings,
  ...pushSettings,
  SQS_WAIT_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(20)
    .default(5)
    .describe('longest time one poll waits for events; a drain waits for the polls under way'),
})
export type DeliveryConfig = z.infer<typeof deliveryConfig>
