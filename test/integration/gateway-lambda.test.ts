import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { bundleLambda, type LambdaBundle } from '../../infra/aws/bundle-lambda.ts'
import type * as lambda from '../../services/gateway/lambda.ts'
import { startGatewayServer } from '../../services/gateway/server.ts'
import { signToken } from '../../shared/auth.ts'
import { createLogger } from '../../shared/logger.ts'
import { createTestAws } from '../support/test-aws.ts'
import { connectTo, refusalOf } from './gateway-harness.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const ADA = 1
const BEN = 2

let folder: string
let bundle: LambdaBundle
let aws: Awaited<ReturnType<typeof createTestAws>>
let handlers: typeof lambda

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'growzone-chat-lambda-'))
  bundle = await bundleLambda(folder)
  aws = await createTestAws()
  const environment = {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamoDbEndpointUrl'),
    ...{ CHAT_RESOURCE_PREFIX: aws.prefix, JWT_SECRET, LOG_LEVEL: 'silent' },
    MEDIA_ORIGINS: 'http://127.0.0.1/media/',
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  handlers = await import(/* @vite-ignore */ pathToFileURL(bundle.file).href)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await aws[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const startBundled = () =>
  startGatewayServer({
    ...{ host: '127.0.0.1', port: 0, managementHost: '127.0.0.1', managementPort: 0 },
    handlers: {
      authorize: handlers.authorize,
      connect: handlers.connect,
      disconnect: handlers.disconnect,
      default: handlers.frame,
    },
    limits: { idleTimeoutSeconds: 60, maxLifetimeSeconds: 60 },
    logger: createLogger('gateway', 'silent'),
  })

test('the bundle of the Lambda handlers exports one handler a route, and the authorizer', () => {
  expect(Object.keys(handlers).toSorted()).toEqual(['authorize', 'connect', 'disconnect', 'frame'])
})

test('the bundle holds what the handlers use, in at most 500 kB', async () => {
  const names = bundle.packages.map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining(['zod', 'jose', '@aws-sdk/client-sqs']))
  for (const name of ['pg', 'kysely', 'ws', 'hono', 'undici', 'prom-client', '@aws-sdk/client-s3'])
    expect(names).not.toContain(name)
  expect(bundle.bytes).toBeLessThanOrEqual(500_000)
  expect((await readFile(bundle.file)).length).toBe(bundle.bytes)
})

test('a $connect with a bad token is answered 401 by the bundle', async () => {
  await using server = await startBundled()
  const url = `ws://127.0.0.1:${server.port}`
  expect(await refusalOf(`${url}/?token=nonsense`)).toBe(401)
  expect(await refusalOf(url)).toBe(401)
})

test('the bundle registers a socket, answers its frames and puts its commands on the queue', async () => {
  await using server = await startBundled()
  const client = await connectTo(
    `ws://127.0.0.1:${server.port}/?token=${await signToken(JWT_SECRET, ADA, 60)}`,
  )
  client.send({ action: 'ping', requestId: 'a' })
  expect(await client.next()).toMatchObject({ type: 'pong', requestId: 'a' })
  client.send({
    action: 'sendMessage',
    data: { recipientId: BEN, contentType: 'text', textContent: 'from a bundle' },
  })
  expect(await client.next()).toMatchObject({ type: 'ack', data: { textContent: 'from a bundle' } })
  const { Attributes } = await aws.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: aws.commandsQueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  )
  expect(Attributes?.ApproximateNumberOfMessages).toBe('1')
})
