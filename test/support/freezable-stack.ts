import { postgresPids, recordedPids, signal } from './stack-processes.ts'
import { startStack } from './start-stack.ts'
import { startTcpRelay } from './tcp-relay.ts'

interface Freezer {
  freeze(): Promise<void>
  thaw(): void
}

/**
 * A system whose database and queues can stand still. The embedded ones are stopped as processes; others, which are not
 * ours to stop, are cut off by a relay before them (plain HTTP and plain PostgreSQL only).
 */
export async function startFreezableStack() {
  await using parts = new AsyncDisposableStack()
  const queuesUrl = process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL
  const queuesRelay = await relayBefore(queuesUrl, parts)
  const databaseRelay = await relayBefore(process.env.DATABASE_URL, parts)
  const settings = {
    ...(queuesRelay && { AWS_ENDPOINT_URL_SQS: queuesRelay.url }),
    ...(databaseRelay && { DATABASE_URL: databaseRelay.url }),
  }
  let stack = parts.use(await startStack(undefined, settings))
  const { dataDir } = stack
  const ownPids = async () => ({
    queues: queuesRelay ? [] : [(await recordedPids(dataDir)).AWS as number],
    database: databaseRelay ? [] : await postgresPids(dataDir),
  })
  const started = parts.move()
  return {
    /** What `local.env` says. */
    get env() {
      return stack.env
    },
    database: databaseRelay?.freezer ?? createFreezer(async () => (await ownPids()).database),
    queues: queuesRelay?.freezer ?? createFreezer(async () => (await ownPids()).queues),
    /** Every process of it, with the embedded stores. */
    async pids(): Promise<number[]> {
      return [stack.pid, ...Object.values(await recordedPids(dataDir)), ...(await ownPids()).database]
    },
    /** After all of it was killed. */
    async restart(): Promise<void> {
      await stack.exited
      stack = started.use(await startStack(dataDir, settings))
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function relayBefore(address: string | undefined, parts: AsyncDisposableStack) {
  if (!address) return undefined
  const url = new URL(address)
  const defaultPort = url.protocol === 'http:' ? 80 : 5432
  const upstream = { host: url.hostname, port: Number(url.port) || defaultPort }
  const relay = parts.use(await startTcpRelay(upstream))
  const freezer: Freezer = { freeze: async () => relay.hold(), thaw: relay.resume }
  return { url: Object.assign(url, { host: `127.0.0.1:${relay.port}` }).href, freezer }
}

function createFreezer(findPids: () => Promise<number[]>): Freezer {
  let pids: number[] = []
  return {
    async freeze() {
      pids = await findPids()
      signal(pids, 'SIGSTOP')
    },
    thaw: () => signal(pids, 'SIGCONT'),
  }
}
