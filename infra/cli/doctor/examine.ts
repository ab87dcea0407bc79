import * as aws from '../../../shared/aws/clients.ts'
import { topology } from '../../../shared/aws/topology.ts'
import { checkConfiguration } from './check-configuration.ts'
import { checkDatabase } from './check-database.ts'
import { checkKeySet } from './check-key-set.ts'
import { checkRights } from './check-rights.ts'
import { checkTopology } from './check-topology.ts'
import { type Check, type Finding, runChecks } from './finding.ts'
import { CONFIGS, resourcesOf, type ServiceName } from './services.ts'

/** Looks at all that these services need. What a missing setting keeps from being looked at is left out. */
export async function examine(
  services: ServiceName[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<Finding[]> {
  const configuration = services.flatMap(service => checkConfiguration(service, env))
  using stack = new DisposableStack()
  const checks = [
    ...databaseChecks(services, env),
    ...awsChecks(services, env, stack),
    ...keySetChecks(services, env),
  ]
  return [...configuration, ...(await runChecks(checks, timeoutMs))]
}

function databaseChecks(services: ServiceName[], env: NodeJS.ProcessEnv): Check[] {
  const users = services.filter(service => 'DATABASE_URL' in CONFIGS[service].shape)
  const url = readSetting(users, 'DATABASE_URL', env)
  return url === undefined ? [] : [checkDatabase(url, users)]
}

function keySetChecks(services: ServiceName[], env: NodeJS.ProcessEnv): Check[] {
  const users = services.filter(service => 'JWKS_URL' in CONFIGS[service].shape)
  const url = readSetting(users, 'JWKS_URL', env)
  return url === undefined ? [] : [checkKeySet(url)]
}

function awsChecks(services: ServiceName[], env: NodeJS.ProcessEnv, stack: DisposableStack): Check[] {
  const prefix = readSetting(services, 'CHAT_RESOURCE_PREFIX', env)
  if (readSetting(services, 'AWS_REGION', env) === undefined || prefix === undefined) return []
  const names = topology(prefix)
  const withEndpoint = services.filter(
    service => 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI' in CONFIGS[service].shape,
  )
  const endpoint = readSetting(withEndpoint, 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', env)
  const adopt = <Client extends { destroy(): void }>(client: Client) =>
    stack.adopt(client, made => made.destroy())
  const clients = {
    sqs: adopt(aws.createSqsClient()),
    sns: adopt(aws.createSnsClient()),
    dynamodb: adopt(aws.createDynamoDbClient()),
    s3: adopt(aws.createS3Client()),
    management: endpoint === undefined ? undefined : adopt(aws.createManagementApiClient()),
  }
  const needed = services.flatMap(service => resourcesOf(service, names))
  return [
    ...checkTopology(clients, names, needed),
    ...services.map(service => checkRights(service, clients, names)),
  ]
}

/** The value of a setting that all these services share, where it is right. */
function readSetting(services: ServiceName[], name: string, env: NodeJS.ProcessEnv): string | undefined {
  const [service] = services
  if (service === undefined) return undefined
  const parsed = CONFIGS[service].shape[name]?.safeParse(env[name] || undefined)
  return parsed?.success && typeof parsed.data === 'string' ? parsed.data : undefined
}
