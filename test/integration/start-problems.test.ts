import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, inject, test } from 'vitest'
import { migrateDown } from '../../shared/database/migrate.ts'
import { captureOutput } from '../support/capture-output.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase } from '../support/test-database.ts'

const CLI = new URL('../../infra/cli/growzone-chat.mjs', import.meta.url).pathname

function startService(name: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [CLI, name], { env: { PATH: process.env.PATH, ...env } })
  const exited = once(child, 'exit')
  const { output, errors } = captureOutput(child)
  return {
    logged: () =>
      output()
        .split('\n')
        .slice(0, -1)
        .filter(line => line.startsWith('{'))
        .map((line): { level: number; msg: string; problem?: string } => JSON.parse(line)),
    async ended() {
      const [exitCode] = await exited
      return { exitCode, output: output(), errors: errors() }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited
    },
  }
}

async function createEnvironment() {
  const aws = await createTestAws()
  const env: Record<string, string> = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    CHAT_RESOURCE_PREFIX: aws.prefix,
    MEDIA_ORIGINS: 'https://media.example',
    JWT_SECRET: 'a-secret-for-tests-of-32-characters!',
    PORT: '0',
    HEALTH_PORT: '0',
    DATABASE_URL: 'postgres://127.0.0.1:1/chat',
  }
  return { aws, env, [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose]() }
}

test('a service whose database is away says so in one line, and runs until it is back', async () => {
  await using world = await createEnvironment()
  await using ingress = startService('ingress', world.env)
  await using persister = startService('persister', world.env)
  for (const service of [ingress, persister]) {
    await expect.poll(service.logged).toContainEqual(
      expect.objectContaining({
        msg: 'the database cannot be used yet; not ready until it can',
        problem: expect.stringMatching(
          /^PostgreSQL cannot be reached at 127\.0\.0\.1:1: nobody listens there/,
        ),
      }),
    )
    await expect.poll(service.logged).toContainEqual(expect.objectContaining({ msg: 'started' }))
  }
})

test('a service whose database lacks a migration names it', async () => {
  await using db = await createTestDatabase()
  const [undone] = await migrateDown(db.url)
  await using world = await createEnvironment()
  await using persister = startService('persister', { ...world.env, DATABASE_URL: db.url })
  await expect
    .poll(persister.logged)
    .toContainEqual(
      expect.objectContaining({ msg: `the database lacks ${undone}; run \`growzone-chat migrate\`` }),
    )
})

test.each(['ingress', 'persister', 'gateway'])(
  '%s does not start on a queue without a dead-letter queue, and ends with one line',
  async name => {
    await using world = await createEnvironment()
    const { sqs, commandsQueueUrl: QueueUrl } = world.aws
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: '' } }))
    const { exitCode, errors } = await startService(name, world.env).ended()
    expect(exitCode).toBe(2)
    expect(errors).toMatch(
      new RegExp(
        `^growzone-chat ${name}: queue .*: RedrivePolicy is not set, must be .*; run \`growzone-chat provision\`\n$`,
      ),
    )
  },
)

test('a service without a secret ends with one line that names the variable', async () => {
  await using world = await createEnvironment()
  const { JWT_SECRET: _, ...env } = world.env
  const { exitCode, errors } = await startService('gateway', env).ended()
  expect([exitCode, errors]).toEqual([
    2,
    'growzone-chat gateway: JWT_SECRET or JWKS_URL must be set (how tokens are verified)\n',
  ])
})

test('provision on an endpoint where nobody answers ends with one line', async () => {
  await using world = await createEnvironment()
  const env = { ...world.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  const { exitCode, errors } = await startService('provision', env).ended()
  expect([exitCode, errors]).toEqual([
    1,
    'growzone-chat provision: AWS cannot be reached (connect ECONNREFUSED 127.0.0.1:1); check AWS_ENDPOINT_URL… and AWS_REGION\n',
  ])
})
