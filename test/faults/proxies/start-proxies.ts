import type { Random } from '../random.ts'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts'
import { type HttpProxy, startHttpProxy } from './http-proxy.ts'
import { type QueueProxy, startQueueProxy } from './queue-proxy.ts'
import { openTrafficLog } from './traffic-log.ts'

/** What stands between the services and everything they call. */
export interface Proxies extends AsyncDisposable {
  /** SQS and SNS. */
  queue: QueueProxy
  /** DynamoDB. */
  table: HttpProxy
  /** The @connections API. */
  push: HttpProxy
  database: DatabaseProxy
}

export async function startProxies(options: {
  ports: { aws: number; dynamoDb: number; management: number; postgres: number }
  logFile: string
  random: Random
}): Promise<Proxies> {
  const { ports } = options
  await using starting = new AsyncDisposableStack()
  const log = openTrafficLog(options.logFile)
  starting.defer(() => log.close())
  const queue = starting.use(
    await startQueueProxy({ port: ports.aws, log, random: options.random.fork('duplicates') }),
  )
  const table = starting.use(
    await startHttpProxy({
      upstream: { host: '127.0.0.1', port: ports.dynamoDb },
      nameOf: ({ headers }) => String(headers['x-amz-target']).split('.').at(-1) as string,
      log,
    }),
  )
  const push = starting.use(
    await startHttpProxy({
      upstream: { host: '127.0.0.1', port: ports.management },
      nameOf: ({ method, path }) => `${method} ${path}`,
      log,
    }),
  )
  const database = starting.use(await startDatabaseProxy(ports.postgres))
  const started = starting.move()
  return { queue, table, push, database, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
