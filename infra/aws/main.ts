/** What `cdk.json` names: `npx cdk synth` runs it, and so do `diff` and `deploy`. */
import { ConfigError } from '../../shared/config.ts'
import { buildApp } from './build-app.ts'

try {
  // The CDK's command line finds the second by the profile.
  const app = await buildApp({}, process.env.AWS_REGION || process.env.CDK_DEFAULT_REGION)
  app.synth()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`growzone-chat: ${error.message}; give it with -c, or in cdk.context.json\n`)
  process.exitCode = 1
}
