import { runService } from '../../shared/run-service.ts'
import { ingressConfig } from './config.ts'
import { startIngress } from './start.ts'

export function main(env: NodeJS.ProcessEnv): Promise<void> {
  return runService({ name: 'ingress', config: ingressConfig, start: startIngress }, env)
}
