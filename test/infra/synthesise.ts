import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildApp } from '../../infra/aws/build-app.ts'
import { DEPLOYMENTS } from './deployments.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder that holds one cloud assembly a stage. */
    assemblies: string
  }
}

/** Each stage is synthesised once, for all files of tests. */
export default async function synthesise(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-cdk-'))
  const { context } = JSON.parse(await readFile('cdk.json', 'utf8'))
  for (const [name, settings] of Object.entries(DEPLOYMENTS)) {
    const app = await buildApp({ outdir: join(folder, name), context: { ...context, ...settings } })
    app.synth()
  }
  project.provide('assemblies', folder)
  return () => rm(folder, { recursive: true, force: true })
}
