import { topology } from '../../shared/aws/topology.ts'
import { demoOrigins } from './addresses.ts'
import type { LocalConfig, Ports } from './settings.ts'

export type ServiceName = 'ingress' | 'gateway' | 'persister' | 'delivery'
export type Environment = Record<string, string>

/** The region is part of every ARN, so with kept data it must not change with the shell's. */
const EMBEDDED_REGION = 'us-east-1'
/** Those that LocalStack and MiniStack know from the start: the latter looks who signed an address of media. */
const EMBEDDED_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
const ENDPOINTS = ['SQS', 'SNS', 'S3', 'DYNAMODB'] as const

export function needsEmbeddedAws(config: LocalConfig): boolean {
  return (
    config.AWS_ENDPOINT_URL === undefined &&
    ENDPOINTS.some(service => config[`AWS_ENDPOINT_URL_${service}`] === undefined)
  )
}

export interface DatabaseUrls {
  admin: string
  ingress: string
  persister: string
}

/** What every AWS client of the stack reads. Without `embedded` parts it is the developer's own environment. */
export function awsEnvironment(config: LocalConfig, ports: Ports, shell: NodeJS.ProcessEnv): Environment {
  const management = {
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `http://127.0.0.1:${ports.LOCAL_MANAGEMENT_PORT}`,
  }
  const shellCredentials = shell.AWS_ACCESS_KEY_ID || shell.AWS_PROFILE ? {} : EMBEDDED_CREDENTIALS
  const AWS_REGION = shell.AWS_REGION || EMBEDDED_REGION
  const replaced = ENDPOINTS.map(service => `AWS_ENDPOINT_URL_${service}` as const).flatMap(name =>
    config[name] === undefined ? [] : [[name, config[name]] as const],
  )
  if (!needsEmbeddedAws(config)) {
    const common = config.AWS_ENDPOINT_URL === undefined ? {} : { AWS_ENDPOINT_URL: config.AWS_ENDPOINT_URL }
    return { ...management, ...shellCredentials, AWS_REGION, ...common, ...Object.fromEntries(replaced) }
  }
  return {
    ...management,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${ports.LOCAL_AWS_PORT}`,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${ports.LOCAL_DYNAMODB_PORT}`,
    ...Object.fromEntries(replaced),
    ...(replaced.length === 0
      ? { ...EMBEDDED_CREDENTIALS, AWS_REGION: EMBEDDED_REGION, AWS_SESSION_TOKEN: '', AWS_PROFILE: '' }
      : { ...shellCredentials, AWS_REGION }),
  }
}

/** What every process of the chat reads, whichever it is. */
export function commonEnvironment(
  config: LocalConfig,
  aws: Environment,
  shell: NodeJS.ProcessEnv,
): Environment {
  return {
    ...aws,
    // A drain waits for the poll under way; shorter ones make Ctrl-C quick.
    SQS_WAIT_SECONDS: shell.SQS_WAIT_SECONDS || '1',
    NODE_ENV: 'development',
    LOG_LEVEL: config.LOG_LEVEL,
    CHAT_RESOURCE_PREFIX: config.CHAT_RESOURCE_PREFIX,
    MEDIA_ORIGINS: config.MEDIA_ORIGINS ?? mediaOrigins(config, aws),
    MEDIA_SIGNING: config.MEDIA_SIGNING ?? (config.MEDIA_ORIGINS === undefined ? 's3' : 'none'),
    ...(config.JWKS_URL === undefined ? { JWT_SECRET: config.JWT_SECRET } : { JWKS_URL: config.JWKS_URL }),
  }
}

/** The bucket as a browser on this machine names it, and as the services do. */
function mediaOrigins(config: LocalConfig, aws: Environment): string {
  const bucket = topology(config.CHAT_RESOURCE_PREFIX).mediaBucket
  const origin = `${(aws.AWS_ENDPOINT_URL_S3 ?? aws.AWS_ENDPOINT_URL ?? '').replace(/\/$/, '')}/${bucket}/`
  return [...new Set([origin.replace('127.0.0.1', 'localhost'), origin])].join(',')
}

/** What each service reads besides. */
export function serviceEnvironments(
  config: LocalConfig,
  ports: Ports,
  database: DatabaseUrls,
): Record<ServiceName, Environment> {
  const port = (number: number) => String(number)
  const health = { HEALTH_HOST: '127.0.0.1' }
  return {
    ingress: {
      HOST: config.LOCAL_HOST,
      PORT: port(ports.LOCAL_INGRESS_PORT),
      DATABASE_URL: database.ingress,
      CORS_ORIGINS: config.CORS_ORIGINS ?? demoOrigins(config, ports).join(','),
    },
    gateway: {
      HOST: config.LOCAL_HOST,
      PORT: port(ports.LOCAL_GATEWAY_PORT),
      MANAGEMENT_HOST: '127.0.0.1',
      MANAGEMENT_PORT: port(ports.LOCAL_MANAGEMENT_PORT),
      DATABASE_URL: '',
    },
    persister: {
      ...health,
      HEALTH_PORT: port(ports.LOCAL_PERSISTER_HEALTH_PORT),
      DATABASE_URL: database.persister,
    },
    delivery: { ...health, HEALTH_PORT: port(ports.LOCAL_DELIVERY_HEALTH_PORT), DATABASE_URL: '' },
  }
}
