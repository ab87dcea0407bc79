/** What `cdk.json` names: `npx cdk synth -c stage=dev …` runs it, and so do `diff` and `deploy`. */
import { ConfigError } from '../../shared/config.ts'
import { buildApp } from './build-app.ts'

try {
  const app = await buildApp()
  app.synth()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`growzone-chat: ${error.message}; give it with -c, or in cdk.context.json\n`)
  process.exitCode = 1
}
