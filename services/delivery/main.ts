import { runService } from '../../shared/run-service.ts'
import { deliveryConfig } from './config.ts'
import { startDelivery } from './start.ts'

export function main(env: NodeJS.ProcessEnv): Promise<void> {
  return runService({ name: 'delivery', config: deliveryConfig, start: startDelivery }, env)
}
