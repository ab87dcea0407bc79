import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import {
  bundleLambda,
  LAMBDA_HANDLERS,
  type LambdaBundle,
  type LambdaHandler,
} from '../../infra/aws/bundle-lambda.ts'
import { buildMessageEvent } from '../../services/gateway/build-events.ts'
import type { Handlers } from '../../services/gateway/handlers.ts'
import { startGatewayServer } from '../../services/gateway/server.ts'
import { signToken } from '../../shared/auth.ts'
import { issueTicket } from '../../shared/connections/issue-ticket.ts'
import { createTicketsTable } from '../../shared/connections/tickets-table.ts'
import { listen } from '../../shared/listen.ts'
import { createLogger } from '../../shared/logger.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { createTestAws } from '../support/test-aws.ts'
import { connectTo, refusalOf } from './gateway-harness.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:chat/jwt-AbCdEf'
const SHORT_SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:chat/short-AbCdEf'
const ADA = 1
const BEN = 2

let folder: string
let bundles: Record<LambdaHandler, LambdaBundle>
let aws: Awaited<ReturnType<typeof createTestAws>>
let handlers: Handlers
let secrets: Awaited<ReturnType<typeof startSecrets>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'growzone-chat-lambda-'))
  const built = LAMBDA_HANDLERS.map(async name => [name, await bundleLambda(name, folder)] as const)
  bundles = Object.fromEntries(await Promise.all(built)) as typeof bundles
  aws = await createTestAws()
  secrets = await startSecrets({ [SECRET_ARN]: JWT_SECRET, [SHORT_SECRET_ARN]: 'short' })
  const environment = {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamoDbEndpointUrl'),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ...{ CHAT_RESOURCE_PREFIX: aws.prefix, JWT_SECRET_ARN: SECRET_ARN, LOG_LEVEL: 'silent' },
    MEDIA_ORIGINS: 'http://127.0.0.1/media/',
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  handlers = {
    authorize: await load('authorize'),
    connect: await load('connect'),
    disconnect: await load('disconnect'),
    default: await load('frame'),
  }
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await aws[Symbol.asyncDispose]()
  await secrets[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** What Lambda would call, its instance begun anew. */
async function load<Name extends LambdaHandler>(name: Name) {
  const { href } = pathToFileURL(bundles[name].file)
  const { handler } = await import(/* @vite-ignore */ `${href}?start=${crypto.randomUUID()}`)
  return handler
}

/** The part of Secrets Manager's JSON protocol that reads a secret. */
async function startSecrets(values: Record<string, string>) {
  const server = createServer(async (request, response) => {
    const { SecretId } = JSON.parse(await text(request))
    const value = values[SecretId]
    response.writeHead(value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(
      JSON.stringify(
        value === undefined
          ? { __type: 'ResourceNotFoundException', message: 'no such secret' }
          : { ARN: SecretId, SecretString: value },
      ),
    )
  })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const startBundled = () =>
  startGatewayServer({
    ...{ host: '127.0.0.1', port: 0, managementHost: '127.0.0.1', managementPort: 0 },
    handlers,
    limits: { idleTimeoutSeconds: 60, maxLifetimeSeconds: 60, maxFramesPerSecond: 1_000 },
    logger: createLogger('gateway', 'silent'),
  })

test.each(LAMBDA_HANDLERS)('the bundle of %s is one file of at most 500 kB', async name => {
  const { file, bytes } = bundles[name]
  expect(bytes).toBeLessThanOrEqual(500_000)
  expect((await readFile(file)).length).toBe(bytes)
  expect(await readdir(dirname(file))).toEqual(['index.mjs'])
})

test('a bundle holds what its handler uses, and nothing that others use', () => {
  const packagesOf = (name: LambdaHandler) => bundles[name].packages.map(([found]) => found)
  const all = LAMBDA_HANDLERS.flatMap(packagesOf)
  for (const name of ['pg', 'kysely', 'ws', 'hono', 'undici', 'prom-client', '@aws-sdk/client-s3'])
    expect(all).not.toContain(name)
  const own = ['jose', '@aws-sdk/client-secrets-manager', '@aws-sdk/client-dynamodb', '@aws-sdk/client-sqs']
  const used = (name: LambdaHandler) => own.filter(candidate => packagesOf(name).includes(candidate))
  expect(Object.fromEntries(LAMBDA_HANDLERS.map(name => [name, used(name)]))).toEqual({
    authorize: ['jose', '@aws-sdk/client-secrets-manager', '@aws-sdk/client-dynamodb'],
    connect: ['@aws-sdk/client-dynamodb'],
    disconnect: ['@aws-sdk/client-dynamodb'],
    frame: ['@aws-sdk/client-dynamodb', '@aws-sdk/client-sqs'],
    expire: ['@aws-sdk/client-dynamodb'],
  })
})

test.each([
  ['arn:unknown', /no such secret/],
  [SHORT_SECRET_ARN, /^JWT_SECRET is invalid: must have at least 32 characters/],
])('the authorizer does not start with the secret %s', async (arn, reason) => {
  vi.stubEnv('JWT_SECRET_ARN', arn)
  await expect(load('authorize')).rejects.toThrow(reason)
  vi.stubEnv('JWT_SECRET_ARN', SECRET_ARN)
})

test('the bundles note when a socket ends with its token, and close it when that is due', async () => {
  await using server = await startBundled()
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `http://127.0.0.1:${server.managementPort}`)
  const expire = await load('expire')
  const tickets = createTicketsTable(aws.dynamodb, aws.prefix)
  const { ticket } = await issueTicket(tickets, { userId: ADA, expiresAt: new Date(Date.now() + 1_000) })
  const client = await connectTo(`ws://127.0.0.1:${server.port}/?ticket=${ticket}`)
  await expect.poll(expire, { timeout: 10_000 }).toEqual({ ended: 1, failed: 0 })
  await client.closed
  expect(await expire()).toEqual({ ended: 0, failed: 0 })
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

/** The function of frames as it starts with these settings, called as Lambda calls it. */
async function startFrames(settings: Record<string, string>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  const handle = await load('frame')
  for (const name of Object.keys(settings)) vi.stubEnv(name, undefined)
  const info = {
    ...{ connectionId: 'L0SM9cOFvHcCIhw=', connectedAt: Date.now(), domainName: 'localhost', stage: 'test' },
    ...{ sourceIp: '127.0.0.1', userAgent: null, authorizer: { userId: String(ADA) } },
  }
  return async (frame: { action: string; data?: object }) => {
    const lines: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(line => lines.push(String(line)) > 0)
    const data = Buffer.from(JSON.stringify(frame))
    const { body } = await handle(buildMessageEvent(info, frame.action, { data, isBinary: false })).finally(
      () => write.mockRestore(),
    )
    return { type: JSON.parse(body).type, lines: lines.map(line => JSON.parse(line)) }
  }
}

const MESSAGE = {
  action: 'sendMessage',
  data: { recipientId: BEN, contentType: 'text', textContent: 'counted' },
}

test('what a frame has counted is written before its answer, and nothing where nothing was', async () => {
  const call = await startFrames({ METRICS_EMF: '1', CHAT_STAGE: 'test' })
  const line = {
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'GrowzoneChat',
          Dimensions: [['Service', 'Stage']],
          Metrics: [{ Name: 'Accepted', Unit: 'Count' }],
        },
      ],
    },
    ...{ Service: 'gateway', Stage: 'test', Accepted: 1 },
  }
  expect(await call(MESSAGE)).toEqual({ type: 'ack', lines: [line] })
  expect(await call({ action: 'ping' })).toEqual({ type: 'pong', lines: [] })
  expect(await call({ action: 'dance' })).toEqual({ type: 'error', lines: [] })
  expect(await call(MESSAGE)).toEqual({ type: 'ack', lines: [line] })
})

test('the spans of a frame have reached the collector before its answer', async () => {
  await using collector = await startOtlpReceiver()
  const call = await startFrames({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  })
  expect((await call(MESSAGE)).type).toBe('ack')
  const [frame] = collector.spans.filter(({ name }) => name === 'frame sendMessage')
  const names = collector.spansOf(frame?.traceId ?? '').map(({ service, name }) => [service, name])
  expect(names.toSorted()).toEqual([
    ['chat-gateway', 'frame sendMessage'],
    ['chat-gateway', `send ${aws.prefix}chat-commands.fifo`],
  ])
})

test('two instances of the function of frames know of each other what a user sent, where a store is shared', async () => {
  const settings = {
    ...{ LIMIT_STORE: 'dynamodb', RATE_LIMIT_SENDS: '4/3600', RATE_LIMIT_SENDS_TO_ONE: 'off' },
  }
  const [first, second] = [await startFrames(settings), await startFrames(settings)]
  const typesOf = async (call: typeof first) => [
    (await call(MESSAGE)).type,
    (await call(MESSAGE)).type,
    (await call(MESSAGE)).type,
  ]
  expect(await typesOf(first)).toEqual(['ack', 'ack', 'ack'])
  expect(await typesOf(second)).toEqual(['ack', 'ack', 'ack'])
  expect((await second(MESSAGE)).type).toBe('error')
})
