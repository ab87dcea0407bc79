import { runService } from '../../shared/run-service.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

export function main(env: NodeJS.ProcessEnv): Promise<void> {
  return runService({ name: 'gateway', config: gatewayConfig, start: startGateway }, env)
}
