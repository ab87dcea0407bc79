import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import dynalite from 'dynalite'
import { listen } from '../../shared/listen.ts'
import { startFauxqs } from './fauxqs.ts'

export interface EmbeddedAwsOptions {
  /** Without it everything lives in memory. */
  dataDir?: string
  host?: string
  /** SQS, SNS and S3; 0 takes a free one. */
  sqsPort?: number
  dynamoPort?: number
}

export interface EmbeddedAws extends AsyncDisposable {
  endpointUrl: string
  dynamoDbEndpointUrl: string
}

/** AWS clients reuse connections for longer than Node's 5 s; a POST into a closing one fails. */
const KEEP_ALIVE_MS = 65_000

/** Takes in: a folder. Guarantees: what was answered survives a kill. Gives out: AWS endpoints on loopback. */
export async function startEmbeddedAws(options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> {
  const { dataDir, host = '127.0.0.1', sqsPort = 0, dynamoPort = 0 } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  await using parts = new AsyncDisposableStack()
  const queues = parts.use(
    await startFauxqs({
      host,
      port: sqsPort,
      ...(dataDir !== undefined && { dataDir: join(dataDir, 'fauxqs') }),
    }),
  )
  queues.server.keepAliveTimeout = KEEP_ALIVE_MS
  const tables = parts.use(
    await startDynalite(host, dynamoPort, dataDir && { path: join(dataDir, 'dynalite') }),
  )
  const started = parts.move()
  return {
    endpointUrl: queues.endpointUrl,
    dynamoDbEndpointUrl: tables.endpointUrl,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function startDynalite(host: string, port: number, storage?: '' | { path: string }) {
  const server = dynalite({ ...(storage || {}), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const boundPort = await listen(server, { host, port })
  return {
    endpointUrl: `http://${host}:${boundPort}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
