/**
 * Takes in: the context of the CDK's command line.
 * Guarantees: needs no account, no Docker and no network; a bad setting is a ConfigError; every finding of cdk-nag
 * that is not accepted with a reason fails the synthesis.
 * Gives out: the app with the stack of one stage, not yet synthesised.
 */
import { join } from 'node:path'
import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { bundleLambda, LAMBDA_HANDLERS } from './bundle-lambda.ts'
import { addChatStack } from './chat-stack.ts'
import type { HandlerFolders } from './gateway-functions.ts'
import { readStage } from './stages.ts'

/** `region`: where a stage is that names none. */
export async function buildApp(props: AppProps = {}, region?: string): Promise<App> {
  const app = new App({ ...props, autoSynth: false })
  const stage = readStage(name => app.node.tryGetContext(name), region)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  addChatStack(app, stage, await bundleHandlers(join(app.outdir, 'handlers')))
  return app
}

async function bundleHandlers(folder: string): Promise<HandlerFolders> {
  const bundles = LAMBDA_HANDLERS.map(async name => {
    await bundleLambda(name, folder)
    return [name, join(folder, name)]
  })
  return Object.fromEntries(await Promise.all(bundles))
}
