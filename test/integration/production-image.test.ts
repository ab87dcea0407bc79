import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { COMMANDS } from '../../infra/cli/commands.ts'
import { findFreePort } from '../../infra/local/ports.ts'
import { buildImageTree, type ImageTree } from '../support/build-image-tree.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

/** node:24-slim has about 230 MB, and the image is to stay below 300. */
const MOST_BYTES = 60e6
const CLI = 'infra/cli/growzone-chat.mjs'
/** Who is root runs it as the image does; who is not, as oneself. */
const ACCOUNT = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}

let tree: ImageTree
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  tree = await buildImageTree()
  database = await createTestDatabase({ template: 'template0' })
  env = {
    NODE_ENV: 'production',
    // Nothing there can be written to.
    TMPDIR: '/nowhere',
    HOME: '/nowhere',
    JWT_SECRET: 'a secret of this test, long enough for HS256',
    MEDIA_ORIGINS: 'http://localhost/media/',
    DATABASE_URL: database.url,
    SQS_WAIT_SECONDS: '1',
    CHAT_RESOURCE_PREFIX: `image${process.pid}-`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamoDbEndpointUrl'),
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:1',
  }
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await tree[Symbol.asyncDispose]()
})

function run(...args: string[]): Promise<{ exitCode: number; output: string; errors: string }> {
  return new Promise(resolve => {
    const child = execFile(tree.node, args, { cwd: tree.app, env, ...ACCOUNT }, (_, output, errors) =>
      resolve({ exitCode: child.exitCode ?? -1, output, errors }),
    )
  })
}

test('the image is small, and every command is in it but the local stack', async () => {
  expect(await tree.countBytes()).toBeLessThan(MOST_BYTES)
  for (const command of Object.keys(COMMANDS).filter(name => name !== 'local'))
    expect(await run(CLI, command, '--help')).toMatchObject({ exitCode: 0, errors: '' })
  expect(await run(CLI, 'local')).toEqual({
    exitCode: 2,
    output: '',
    errors: 'growzone-chat local: is for development: it needs a clone with all its dependencies (npm ci)\n',
  })
})

test('unprivileged and without a place to write, it migrates, adds users, provisions, runs every service and drains', async () => {
  const before = await tree.listFiles()
  expect(await run(CLI, 'migrate')).toMatchObject({ exitCode: 0, errors: '' })
  expect(await run(CLI, 'demo-users')).toEqual({
    ...{ exitCode: 0, output: 'users 1, 2, 3: present\n', errors: '' },
  })
  expect(await run(CLI, 'provision')).toMatchObject({ exitCode: 0, errors: '' })
  await Promise.all(['ingress', 'gateway', 'persister', 'delivery'].map(runUntilReady))
  expect(await tree.listFiles()).toEqual(before)
})

async function runUntilReady(service: string): Promise<void> {
  const [port, publicPort] = [await findFreePort(), await findFreePort()].map(String) as [string, string]
  const ports = {
    ...(service === 'ingress' && { PORT: port }),
    ...(service === 'gateway' && { PORT: publicPort, MANAGEMENT_PORT: port }),
    ...{ HOST: '127.0.0.1', HEALTH_PORT: port },
  }
  const child = spawn(tree.node, [CLI, service], {
    cwd: tree.app,
    env: { ...env, ...ports },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...ACCOUNT,
  })
  const ended = once(child, 'exit').then(([code, signal]) => [service, code ?? signal])
  try {
    const check = ['infra/cli/is-ready.mjs', `http://127.0.0.1:${port}/health/ready`]
    await expect.poll(async () => isRunning(child) && (await run(...check)).exitCode).toBe(0)
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toEqual([service, 0])
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}
