import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DatabaseUrls, ServiceName } from '../../../infra/local/environment.ts'
import { DEVELOPMENT_JWT_SECRET } from '../../../shared/config.ts'
import { RAISED_LIMITS } from '../../support/raised-limits.ts'
import type { History } from '../history.ts'
import type { Proxies } from '../proxies/start-proxies.ts'
import type { Random } from '../random.ts'
import { type KeptProcess, keepProcess } from './keep-process.ts'

const CLI = fileURLToPath(new URL('../../../infra/cli/growzone-chat.mjs', import.meta.url))

/** One gateway, for connection ids belong to one; two of everything else. */
export const SERVICES = [
  ['gateway', 1],
  ['ingress', 1],
  ['ingress', 2],
  ['persister', 1],
  ['persister', 2],
  ['delivery', 1],
  ['delivery', 2],
] as const satisfies [ServiceName, number][]

export interface ServicePorts {
  gateway: number
  management: number
  /** The port of the REST API, or of health and metrics. */
  of(name: ServiceName, instance: number): number
}

export const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
}

export function startServiceProcesses(options: {
  ports: ServicePorts
  proxies: Proxies
  databaseUrls: DatabaseUrls
  folder: string
  history: History
  random: Random
}): KeptProcess[] {
  const { ports, history, random } = options
  return SERVICES.map(([service, instance]) => {
    const name = `${service}-${instance}`
    const port = service === 'gateway' ? ports.management : ports.of(service, instance)
    return keepProcess({
      name,
      args: [CLI, service],
      env: { ...environmentOf(service, port, options), AWS_SDK_UA_APP_ID: name },
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      logDir: join(options.folder, 'logs'),
      history,
      random: random.fork(name),
    })
  })
}

function environmentOf(
  service: ServiceName,
  port: number,
  { proxies, ports, databaseUrls, folder }: Parameters<typeof startServiceProcesses>[0],
): Record<string, string> {
  const common = {
    ...CREDENTIALS,
    ...RAISED_LIMITS,
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: proxies.queue.url,
    AWS_ENDPOINT_URL_DYNAMODB: proxies.table.url,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: proxies.push.url,
    SQS_WAIT_SECONDS: '1',
    JWT_SECRET: DEVELOPMENT_JWT_SECRET,
    MEDIA_ORIGINS: 'https://media.example/',
    LOG_LEVEL: 'info',
    // Hundreds of starts: what is compiled once need not be again.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
  const own: Record<ServiceName, Record<string, string>> = {
    gateway: { HOST: '127.0.0.1', PORT: String(ports.gateway), MANAGEMENT_PORT: String(port) },
    ingress: { HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: databaseUrls.ingress },
    persister: { HEALTH_PORT: String(port), DATABASE_URL: databaseUrls.persister },
    delivery: { HEALTH_PORT: String(port) },
  }
  return { ...common, ...own[service] }
}
