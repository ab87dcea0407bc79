import { basename } from 'node:path'
import { awsEnvironment } from '../../infra/local/environment.ts'
import { type LocalConfig, localConfig, type Ports } from '../../infra/local/settings.ts'
import { topology } from '../../shared/aws/topology.ts'
import { readConfig } from '../../shared/config.ts'
import { withAdmin } from './admin-database.ts'
import type { Service } from './client-settings.ts'
import { removeResources } from './remove-resources.ts'

const SERVICES: Service[] = ['SQS', 'SNS', 'S3', 'DYNAMODB']

/** What a stack needs to be told so that it has stores of its own; disposing takes away what was made for it. */
export interface StackStores extends AsyncDisposable {
  settings: Record<string, string>
}

/**
 * Embedded stores belong to one stack as they are. On others, which several stacks share, each has names of its own,
 * made from that of its folder, so that one started again finds its own; and a database of its own.
 */
export async function claimStores(dataDir: string, env: NodeJS.ProcessEnv): Promise<StackStores> {
  const config = readConfig(localConfig, env)
  const name = basename(dataDir).toLowerCase()
  const settings: Record<string, string> = {}
  await using claimed = new AsyncDisposableStack()
  const services = SERVICES.filter(service => endpointOf(config, service) !== undefined)
  if (services.length > 0) {
    const prefix = `${config.CHAT_RESOURCE_PREFIX}${name}-`
    settings.CHAT_RESOURCE_PREFIX = prefix
    claimed.defer(() => removeResources(topology(prefix), services, awsEnvironment(config, {} as Ports, env)))
  }
  if (config.DATABASE_URL !== undefined) {
    settings.DATABASE_URL = await claimDatabase(config.DATABASE_URL, name.replaceAll('-', '_'), claimed)
  }
  const kept = claimed.move()
  return { settings, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function claimDatabase(url: string, name: string, claimed: AsyncDisposableStack): Promise<string> {
  await withAdmin(url, async admin => {
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await admin.query(`CREATE DATABASE ${name}`)
  })
  claimed.defer(() =>
    withAdmin(url, async admin => {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }),
  )
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

/** One line: where each store of the stacks is. */
export function describeStores(config: LocalConfig): string {
  const services = SERVICES.map(service => `${service} ${endpointOf(config, service) ?? 'embedded'}`)
  const database = config.DATABASE_URL === undefined ? 'embedded' : new URL(config.DATABASE_URL).host
  return `stores: ${services.join(', ')}, PostgreSQL ${database}`
}

function endpointOf(config: LocalConfig, service: Service): string | undefined {
  return config[`AWS_ENDPOINT_URL_${service}`] ?? config.AWS_ENDPOINT_URL
}
