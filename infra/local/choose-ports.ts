import { needsEmbeddedAws } from './environment.ts'
import { checkPort, findFreePort } from './ports.ts'
import type { LocalConfig, Ports, PortVariable } from './settings.ts'

const LOOPBACK = '127.0.0.1'

/** The port of every part. One that is needed and taken stops the start before anything runs. */
export async function choosePorts(config: LocalConfig): Promise<Ports> {
  const chosen = new Map<PortVariable, number>()
  for (const [variable, part] of neededPorts(config)) {
    const host = isPublic(variable) ? config.LOCAL_HOST : LOOPBACK
    const wanted = config[variable]
    if (wanted !== 0) await checkPort(host, wanted, part, variable)
    chosen.set(variable, wanted || (await findOtherPort(host, [...chosen.values()])))
  }
  return Object.fromEntries(chosen) as Ports
}

function isPublic(variable: PortVariable): boolean {
  return ['LOCAL_INGRESS_PORT', 'LOCAL_GATEWAY_PORT', 'LOCAL_DEMO_PORT'].includes(variable)
}

async function findOtherPort(host: string, taken: number[]): Promise<number> {
  const port = await findFreePort(host)
  return taken.includes(port) ? findOtherPort(host, taken) : port
}

function neededPorts(config: LocalConfig): Map<PortVariable, string> {
  return new Map<PortVariable, string>([
    ['LOCAL_INGRESS_PORT', 'ingress'],
    ['LOCAL_GATEWAY_PORT', 'gateway'],
    ['LOCAL_MANAGEMENT_PORT', 'management API of the gateway'],
    ['LOCAL_PERSISTER_HEALTH_PORT', 'health of the persister'],
    ['LOCAL_DELIVERY_HEALTH_PORT', 'health of delivery'],
    ...(config.LOCAL_DEMO === 'on' ? [['LOCAL_DEMO_PORT', 'demo page'] as const] : []),
    ...(config.DATABASE_URL === undefined ? [['LOCAL_POSTGRES_PORT', 'PostgreSQL'] as const] : []),
    ...(needsEmbeddedAws(config)
      ? ([
          ['LOCAL_AWS_PORT', 'SQS, SNS and S3'],
          ['LOCAL_DYNAMODB_PORT', 'DynamoDB'],
        ] as const)
      : []),
  ])
}
