import { connect } from 'node:net'
import { ConfigError } from '../../shared/config.ts'
import type { LocalConfig } from './settings.ts'

const REPLACING = [
  'DATABASE_URL',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_SQS',
  'AWS_ENDPOINT_URL_SNS',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_DYNAMODB',
] as const
const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 }
const POSTGRES_PORT = 5432
const ANSWER_WITHIN_MS = 3_000

/** What replaces an embedded part must take connections, or nothing is started. */
export async function checkEndpoints(config: Partial<LocalConfig>): Promise<void> {
  await Promise.all(
    REPLACING.map(async variable => {
      const url = config[variable]
      if (url !== undefined) await checkEndpoint(variable, new URL(url))
    }),
  )
}

async function checkEndpoint(variable: string, { protocol, hostname, port }: URL): Promise<void> {
  // Without a host the URL of a database names a socket in the file system.
  if (hostname === '') return
  const address = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (DEFAULT_PORTS[protocol] ?? POSTGRES_PORT),
  }
  const problem = await tryToConnect(address)
  if (problem === undefined) return
  throw new ConfigError(
    `${variable} names ${hostname}:${address.port}, which does not answer (${problem}); start what it names, or unset it`,
  )
}

/** Undefined when the connection was taken. */
function tryToConnect(address: { host: string; port: number }): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = connect({ ...address, timeout: ANSWER_WITHIN_MS })
    const end = (problem?: string) => {
      socket.destroy()
      resolve(problem)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}
