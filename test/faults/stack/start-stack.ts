import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import pg from 'pg'
import { findFreePort } from '../../../infra/local/ports.ts'
import { LOGIN_PASSWORDS } from '../../../infra/local/settings.ts'
import { provision } from '../../../shared/aws/provision.ts'
import { topology } from '../../../shared/aws/topology.ts'
import { createLoginRoles, migrateUp } from '../../../shared/database/migrate.ts'
import type { History } from '../history.ts'
import { type Proxies, startProxies } from '../proxies/start-proxies.ts'
import type { Random } from '../random.ts'
import { inspectQueues, type QueueInspector } from './inspect-queues.ts'
import { type KeptAws, keepAws } from './keep-aws.ts'
import { type KeptPostgres, keepPostgres } from './keep-postgres.ts'
import type { KeptProcess } from './keep-process.ts'
import { SERVICES, startServiceProcesses } from './service-processes.ts'
import { type Subscriber, subscribe } from './subscribe.ts'

/** The whole system in real processes, with a proxy on every wire. */
export interface Stack extends AsyncDisposable {
  readonly postgres: KeptPostgres
  readonly aws: KeptAws
  readonly services: KeptProcess[]
  readonly proxies: Proxies
  readonly queues: QueueInspector
  readonly subscriber: Subscriber
  /** One for each ingress. */
  readonly ingressUrls: string[]
  readonly gatewayUrl: string
}

export interface StackOptions {
  folder: string
  userIds: number[]
  history: History
  random: Random
}

export async function startStack({ folder, userIds, history, random }: StackOptions): Promise<Stack> {
  mkdirSync(join(folder, 'logs'), { recursive: true })
  const ports = await choosePorts()

  await using starting = new AsyncDisposableStack()
  const [postgres, keptAws] = await Promise.all([
    keepPostgres({ folder, port: ports.postgres, history }),
    keepAws({ folder, ports, history }),
  ])
  starting.use(postgres)
  starting.use(keptAws)
  await Promise.all([prepareDatabase(postgres.url, userIds), prepareAws(ports.aws, ports.dynamoDb)])
  const subscriber = starting.use(await subscribe(sqsClient(ports.aws), snsClient(ports.aws)))
  const queues = starting.use(await inspectQueues(sqsClient(ports.aws)))
  const proxies = starting.use(
    await startProxies({
      ports,
      logFile: join(folder, 'logs', 'traffic.log'),
      random,
    }),
  )
  const throughProxy = (user: string) =>
    `postgres://${user}:${user}@127.0.0.1:${proxies.database.port}/growzone_chat`
  const services = startServiceProcesses({
    ...{ ports, proxies, folder, history, random },
    databaseUrls: {
      admin: postgres.url,
      ingress: throughProxy('chat_ingress'),
      persister: throughProxy('chat_persister'),
    },
  })
  starting.defer(async () => void (await Promise.all(services.map(service => service.stop('SIGKILL')))))
  await Promise.all(services.map(service => service.waitUntilReady()))
  const started = starting.move()
  return {
    ...{ postgres, aws: keptAws, services, proxies, queues, subscriber },
    ingressUrls: [1, 2].map(instance => `http://127.0.0.1:${ports.of('ingress', instance)}`),
    gatewayUrl: `ws://127.0.0.1:${ports.gateway}`,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function choosePorts() {
  const taken = new Set<number>()
  const choose = async () => {
    for (;;) {
      const port = await findFreePort()
      if (taken.has(port)) continue
      taken.add(port)
      return port
    }
  }
  const ofServices = new Map<string, number>()
  for (const service of SERVICES) ofServices.set(service.join('-'), await choose())
  return {
    postgres: await choose(),
    aws: await choose(),
    dynamoDb: await choose(),
    gateway: await choose(),
    management: await choose(),
    of: (service: string, instance: number) => ofServices.get(`${service}-${instance}`) as number,
  }
}

async function prepareDatabase(url: string, userIds: number[]): Promise<void> {
  await migrateUp(url)
  await createLoginRoles(url, LOGIN_PASSWORDS)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `INSERT INTO users (id, username, name) SELECT id, 'user' || id, 'User ' || id FROM unnest($1::int[]) AS id`,
    [userIds],
  )
  await client.end()
}

const settings = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

function sqsClient(port: number): SQSClient {
  return new SQSClient({ ...settings, endpoint: `http://127.0.0.1:${port}` })
}

function snsClient(port: number): SNSClient {
  return new SNSClient({ ...settings, endpoint: `http://127.0.0.1:${port}` })
}

async function prepareAws(port: number, dynamoDbPort: number): Promise<void> {
  const endpoint = `http://127.0.0.1:${port}`
  const clients = {
    sqs: sqsClient(port),
    sns: snsClient(port),
    s3: new S3Client({ ...settings, endpoint, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...settings, endpoint: `http://127.0.0.1:${dynamoDbPort}` }),
  }
  await provision(clients, topology(), () => {})
  for (const client of Object.values(clients)) client.destroy()
}
