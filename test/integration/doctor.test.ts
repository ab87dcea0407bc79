import { execFile } from 'node:child_process'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { DeleteQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, inject, test } from 'vitest'
import type { Finding } from '../../infra/cli/doctor/finding.ts'
import { migrateDown } from '../../shared/database/migrate.ts'
import { READER_ROLE, WRITER_ROLE } from '../../shared/database/migrations/003-users-view-and-roles.ts'
import { listen } from '../../shared/listen.ts'
import { countMessages } from '../support/queues.ts'
import { createTestAws } from '../support/test-aws.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { createTestLogin } from '../support/test-login.ts'

const CLI = new URL('../../infra/cli/growzone-chat.mjs', import.meta.url).pathname

interface Outcome {
  exitCode: number | null
  lines: string[]
  errors: string
}

function runDoctor(args: string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [CLI, 'doctor', ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (_, output, errors) =>
        resolve({ exitCode: child.exitCode, lines: output.split('\n').filter(Boolean), errors }),
    )
  })
}

/** A server of HTTP, or of nothing at all, on a port of its own. */
async function serve(listener?: RequestListener) {
  const server = listener ? createHttpServer(listener) : createServer()
  const port = await listen(server as ReturnType<typeof createHttpServer>, { host: '127.0.0.1', port: 0 })
  const open = new Set<{ destroy(): void }>()
  server.on('connection', socket => open.add(socket))
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A system that lacks nothing, looked at as an operator does, or as a service by its own login. */
async function createWorld() {
  await using parts = new AsyncDisposableStack()
  const aws = parts.use(await createTestAws())
  const db = parts.use(await createTestDatabase())
  const reader = parts.use(await createTestLogin(READER_ROLE))
  const writer = parts.use(await createTestLogin(WRITER_ROLE))
  const push = parts.use(
    await serve((_, response) => response.writeHead(410, { 'x-amzn-errortype': 'GoneException' }).end()),
  )
  const env: Record<string, string> = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: inject('awsEndpointUrl'),
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamoDbEndpointUrl'),
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `http://127.0.0.1:${push.port}`,
    CHAT_RESOURCE_PREFIX: aws.prefix,
    DATABASE_URL: db.url,
    JWT_SECRET: 'a-secret-for-tests-of-32-characters!',
    MEDIA_ORIGINS: 'https://media.example',
  }
  const moved = parts.move()
  return {
    aws,
    db,
    env,
    reader: reader.name,
    ingressUrl: reader.urlFor(db.url),
    persisterUrl: writer.urlFor(db.url),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

const notOk = ({ lines }: Outcome) => lines.filter(line => !line.startsWith('ok '))

test('a system that lacks nothing passes, service by service, and nothing is changed by looking', async () => {
  await using world = await createWorld()
  const { aws, env } = world
  const outcomes = await Promise.all([
    runDoctor(['ingress'], { ...env, DATABASE_URL: world.ingressUrl }),
    runDoctor(['gateway'], env),
    runDoctor(['persister'], { ...env, DATABASE_URL: world.persisterUrl }),
    runDoctor(['delivery'], env),
  ])
  const { connectionsTable, ticketsTable, limitsTable } = aws.names
  expect(outcomes.map(({ exitCode, errors }) => ({ exitCode, errors }))).toEqual(
    outcomes.map(() => ({ exitCode: 0, errors: '' })),
  )
  // The embedded DynamoDB has no time to live, and doctor says so.
  expect(new Set(outcomes.flatMap(notOk))).toEqual(
    new Set(
      [connectionsTable, ticketsTable, limitsTable].map(({ name }) =>
        expect.stringMatching(new RegExp(`^warn {2}table ${name}: time to live is not set`)),
      ),
    ),
  )
  expect(outcomes.flatMap(({ lines }) => lines)).toEqual(
    expect.arrayContaining([
      'ok    ingress configuration: complete',
      expect.stringMatching(
        new RegExp(`^ok {4}database: PostgreSQL [\\d.]+ at 127\\.0\\.0\\.1:\\d+ as ${world.reader}$`),
      ),
      'ok    ingress rights: reads what it needs, and writes nothing',
      'ok    persister rights: reads and writes what it needs',
      'ok    migrations: all 5 are applied',
      `ok    queue ${aws.names.commandsQueue}: as declared`,
      `ok    subscription of ${aws.names.deliveriesQueue}: as declared`,
      expect.stringMatching(
        /^ok {4}delivery rights on AWS: sqs:GetQueueUrl, .*; execute-api:ManageConnections on DELETE @connections$/,
      ),
    ]),
  )
  for (const url of [aws.commandsQueueUrl, aws.commandsDeadLetterQueueUrl, aws.deliveriesQueueUrl])
    expect(await countMessages(aws.sqs, url)).toEqual({ waiting: 0, inFlight: 0 })
})

test('all services at once with one login is warned of, and passes', async () => {
  await using world = await createWorld()
  const outcome = await runDoctor(['--json'], world.env)
  const findings = outcome.lines.map((line): Finding => JSON.parse(line))
  expect(findings.filter(({ status }) => status === 'warn').map(({ check }) => check)).toEqual([
    'ingress rights',
    `table ${world.aws.names.connectionsTable.name}`,
    `table ${world.aws.names.ticketsTable.name}`,
    `table ${world.aws.names.limitsTable.name}`,
  ])
  expect(outcome.exitCode).toBe(0)
})

test('every missing and wrong setting of every service is told at once', async () => {
  const outcome = await runDoctor([], { LOG_LEVEL: 'loud', JWT_SECRET: 'short' })
  expect(outcome.exitCode).toBe(1)
  expect(outcome.errors).toBe(
    `growzone-chat doctor: ${outcome.lines.length} of ${outcome.lines.length} checks failed\n`,
  )
  const variablesOf = (service: string) =>
    outcome.lines.flatMap(line => line.match(`^FAIL  ${service} configuration: (\\w+) is`)?.[1] ?? [])
  expect(variablesOf('ingress')).toEqual([
    'LOG_LEVEL',
    'DATABASE_URL',
    'JWT_SECRET',
    'AWS_REGION',
    'MEDIA_ORIGINS',
  ])
  expect(variablesOf('delivery')).toEqual([
    'LOG_LEVEL',
    'AWS_REGION',
    'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
    'MEDIA_ORIGINS',
  ])
  expect(outcome.lines.join()).not.toContain('short;')
})

test.each([
  [{}, 'MEDIA_SIGNING_KEY_ID and MEDIA_SIGNING_KEY must be set (MEDIA_SIGNING is cloudfront)'],
  [
    { MEDIA_SIGNING_KEY_ID: 'K1', MEDIA_SIGNING_KEY: 'secret' },
    'MEDIA_SIGNING_KEY is invalid: must be a private key in PEM',
  ],
])('a signing of media that lacks its key (%j) is told', async (key, problem) => {
  const signing = { MEDIA_ORIGINS: 'https://media.example', MEDIA_SIGNING: 'cloudfront', ...key }
  const outcome = await runDoctor(['delivery'], signing)
  expect(outcome.lines).toContain(
    `FAIL  delivery configuration: ${problem}; set it in the environment of the service`,
  )
})

test.each([
  [{}, 'JWT_SECRET or JWKS_URL must be set (how tokens are verified)'],
  [
    { NODE_ENV: 'production', JWT_SECRET: 'growzone-chat-development-secret-never-deploy' },
    'JWT_SECRET is the development secret, which everybody knows; set another',
  ],
])('a missing or public secret (%j) is told', async (secret, problem) => {
  const outcome = await runDoctor(['gateway'], { MEDIA_ORIGINS: 'https://media.example', ...secret })
  expect(outcome.lines).toContain(
    `FAIL  gateway configuration: ${problem}; set it in the environment of the service`,
  )
})

test('a login of the ingress that may write, and one of the persister that may not, fail', async () => {
  await using world = await createWorld()
  const [ingress, persister] = await Promise.all([
    runDoctor(['ingress'], { ...world.env, DATABASE_URL: world.persisterUrl }),
    runDoctor(['persister'], { ...world.env, DATABASE_URL: world.ingressUrl }),
  ])
  expect([ingress.exitCode, persister.exitCode]).toEqual([1, 1])
  expect(ingress.lines.filter(line => line.startsWith('FAIL'))).toEqual([
    expect.stringMatching(/^FAIL {2}ingress rights: its login may INSERT conversations, .*; give it a login/),
  ])
  expect(notOk(persister)).toEqual([
    expect.stringMatching(
      /^FAIL {2}persister rights: its login may not INSERT conversations, .*; GRANT chat_writer/,
    ),
  ])
})

test('pending migrations, unknown ones and half-made indexes are told', async () => {
  await using world = await createWorld()
  const { db } = world
  await migrateDown(db.url)
  await migrateDown(db.url)
  await db.pool.query(
    `CREATE INDEX conversations_participant1_cleared ON conversations (participant1_id);
     UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'conversations_participant1_cleared'::regclass;
     INSERT INTO chat_migrations VALUES ('999-of-tomorrow', '2099-01-01T00:00:00.000Z')`,
  )
  const outcome = await runDoctor(['persister'], world.env)
  expect(outcome.exitCode).toBe(1)
  const migrate = 'run `growzone-chat migrate` with the login that owns the schema'
  expect(notOk(outcome)).toEqual([
    `FAIL  migrations: not applied: 004-lean-indexes, 005-readable-migrations; ${migrate}`,
    'warn  migrations: unknown to this version: 999-of-tomorrow; a newer version has been here; roll forward',
    `FAIL  migrations: half-made indexes: conversations_participant1_cleared; ${migrate}, which continues`,
  ])
})

test('a topology that has drifted is told resource by resource', async () => {
  await using world = await createWorld()
  const { aws } = world
  const { commandsQueue, deliveriesQueue, connectionsTable } = aws.names
  await aws.sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: aws.commandsQueueUrl,
      Attributes: { RedrivePolicy: '', VisibilityTimeout: '1' },
    }),
  )
  await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: aws.deliveriesQueueUrl }))
  await aws.dynamodb.send(new DeleteTableCommand({ TableName: connectionsTable.name }))
  const findLines = async () => notOk(await runDoctor([], world.env))
  await expect
    .poll(findLines)
    .toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          `^FAIL  queue ${commandsQueue}: RedrivePolicy is not set, .*; run .growzone-chat provision`,
        ),
        `warn  queue ${commandsQueue}: VisibilityTimeout is 1, must be 10; run \`growzone-chat provision\`, or deploy the stack again`,
        `FAIL  queue ${deliveriesQueue}: does not exist; run \`growzone-chat provision\`, or check AWS_REGION and CHAT_RESOURCE_PREFIX`,
        `FAIL  table ${connectionsTable.name}: does not exist; run \`growzone-chat provision\`, or check AWS_REGION and CHAT_RESOURCE_PREFIX`,
      ]),
    )
})

test('nobody is said to have rights on resources that do not exist', async () => {
  await using world = await createWorld()
  const outcome = await runDoctor(['persister'], { ...world.env, CHAT_RESOURCE_PREFIX: 'nowhere-' })
  const denied = (action: string) =>
    expect.stringContaining(`FAIL  persister rights on AWS: ${action} on nowhere-`)
  expect(notOk(outcome)).toEqual(
    expect.arrayContaining(
      ['sqs:ReceiveMessage', 'sqs:SendMessage', 'sns:Publish', 's3:ListBucket'].map(denied),
    ),
  )
})

test('what is away costs its own lines; what can be reached is looked at all the same', async () => {
  await using world = await createWorld()
  const outcome = await runDoctor([], {
    ...world.env,
    DATABASE_URL: 'postgres://127.0.0.1:1/chat',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:1',
    JWKS_URL: 'http://127.0.0.1:1/keys',
  })
  expect(outcome.exitCode).toBe(1)
  const failed = notOk(outcome)
  expect(failed).toContain(
    'FAIL  database: PostgreSQL cannot be reached at 127.0.0.1:1: nobody listens there (ECONNREFUSED); check DATABASE_URL and that it runs',
  )
  expect(failed).toContainEqual(expect.stringMatching(/^FAIL {2}table .*: connect ECONNREFUSED/))
  expect(failed).toContainEqual(
    expect.stringMatching(
      /^FAIL {2}delivery rights on AWS: execute-api:ManageConnections on POST @connections: connect ECONNREFUSED/,
    ),
  )
  expect(failed).toContainEqual(
    expect.stringMatching(/^FAIL {2}key set: .* cannot be read \(.+\); check JWKS_URL/),
  )
  expect(outcome.lines).toContain(`ok    queue ${world.aws.names.commandsQueue}: as declared`)
})

test('what takes connections and says nothing does not hang doctor', async () => {
  await using world = await createWorld()
  await using silent = await serve()
  const outcome = await runDoctor(['--timeout', '1'], {
    ...world.env,
    DATABASE_URL: `postgres://127.0.0.1:${silent.port}/chat`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${silent.port}`,
    JWKS_URL: `http://127.0.0.1:${silent.port}/keys`,
  })
  expect(outcome.exitCode).toBe(1)
  const silentChecks = notOk(outcome).filter(line =>
    /no answer within 1 s|does not answer|aborted/.test(line),
  )
  for (const part of ['database', 'key set', 'queue', 'topic', 'bucket'])
    expect(silentChecks).toContainEqual(expect.stringContaining(`FAIL  ${part}`))
  expect(outcome.lines).toContainEqual(expect.stringMatching(/^warn {2}table /))
})

test.each([
  ['{"keys":[]}', /^FAIL {2}key set: .* holds no RSA or EC key; check JWKS_URL/],
  ['{"keys":[{"kty":"EC"}]}', /^ok {4}key set: 1 usable at/],
])('a key set of %s is looked into', async (body, line) => {
  await using server = await serve((_, response) => response.end(body))
  const outcome = await runDoctor(['gateway'], { JWKS_URL: `http://127.0.0.1:${server.port}/keys` })
  expect(outcome.lines).toContainEqual(expect.stringMatching(line))
})

test('rights that AWS refuses are told as such', async () => {
  await using denying = await serve((_, response) =>
    response
      .writeHead(403, {
        'x-amzn-errortype': 'AccessDeniedException',
        'content-type': 'application/x-amz-json-1.0',
      })
      .end('{"__type":"AccessDeniedException","message":"not you"}'),
  )
  await using world = await createWorld()
  const outcome = await runDoctor(['gateway'], {
    ...world.env,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${denying.port}`,
  })
  const table = world.aws.names.connectionsTable.name
  const tickets = world.aws.names.ticketsTable.name
  const limits = world.aws.names.limitsTable.name
  const mayNotLook = 'these credentials may not look at it (not you); run doctor as an operator'
  expect(notOk(outcome)).toEqual([
    `warn  table ${table}: ${mayNotLook}`,
    `warn  table ${tickets}: ${mayNotLook}`,
    `warn  table ${limits}: ${mayNotLook}`,
    `FAIL  gateway rights on AWS: dynamodb:UpdateItem on ${table}: not you; allow it in the role of the service`,
    `FAIL  gateway rights on AWS: dynamodb:DeleteItem on ${tickets}: not you; allow it in the role of the service`,
    `FAIL  gateway rights on AWS: dynamodb:UpdateItem on ${limits}: not you; allow it in the role of the service`,
  ])
})

test.each([
  [['everything'], 'everything is not one of ingress, gateway, persister, delivery'],
  [['--timeout', '0'], '--timeout must be a whole number of seconds, 1 to 300'],
])('%j is no call of doctor', async (args, problem) => {
  expect(await runDoctor(args, {})).toEqual({
    exitCode: 2,
    lines: [],
    errors: `growzone-chat doctor: ${problem}\n`,
  })
})
