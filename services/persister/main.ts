import { runService } from '../../shared/run-service.ts'
import { persisterConfig } from './config.ts'
import { startPersister } from './start.ts'

export function main(env: NodeJS.ProcessEnv): Promise<void> {
  return runService({ name: 'persister', config: persisterConfig, start: startPersister }, env)
}
