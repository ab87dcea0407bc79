import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedAws } from '../../infra/local/aws.ts'
import { startPostgres } from '../../infra/local/postgres.ts'
import { migrateUp } from '../../shared/database/migrate.ts'
import { TEMPLATE_DATABASE, withAdmin } from './admin-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
    awsEndpointUrl: string
    dynamoDbEndpointUrl: string
  }
}

/** One PostgreSQL with a migrated template, one SQS/SNS/S3 and one DynamoDB for all integration tests. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-test-'))
  const [postgres, aws] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), port: 0, durable: false }),
    startEmbeddedAws(),
  ])
  await withAdmin(postgres.url, async admin => {
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`)
  })
  await migrateUp(databaseUrlOf(postgres.url, TEMPLATE_DATABASE))
  project.provide('databaseUrl', postgres.url)
  project.provide('awsEndpointUrl', aws.endpointUrl)
  project.provide('dynamoDbEndpointUrl', aws.dynamoDbEndpointUrl)
  return async () => {
    await Promise.all([postgres[Symbol.asyncDispose](), aws[Symbol.asyncDispose]()])
    await rm(folder, { recursive: true, force: true })
  }
}

function databaseUrlOf(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href
}
