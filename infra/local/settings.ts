import * as z from 'zod'
import {
  authSettings,
  commonSettings,
  DEVELOPMENT_JWT_SECRET,
  databaseSettings,
  port,
} from '../../shared/config.ts'
import { signingMode } from '../../shared/media/create-signer.ts'

/** Passwords of the embedded PostgreSQL, which listens on loopback only. */
export const LOGIN_PASSWORDS = { ingressPassword: 'chat_ingress', persisterPassword: 'chat_persister' }

const localPort = (of: string, defaultPort: number) =>
  port.default(defaultPort).describe(`port of ${of}; 0 takes a free one`)
const replacing = (what: string) => z.url().optional().describe(`replaces the embedded ${what}`)

export const localConfig = z.object({
  LOCAL_DATA_DIR: z.string().default('.data').describe('folder of data and logs'),
  LOCAL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address ingress, gateway and demo listen on; 0.0.0.0 lets a phone reach them'),
  LOCAL_INGRESS_PORT: localPort('the REST API', 8000),
  LOCAL_GATEWAY_PORT: localPort('the WebSocket API', 8001),
  LOCAL_MANAGEMENT_PORT: localPort("the gateway's management API", 8002),
  LOCAL_PERSISTER_HEALTH_PORT: localPort("the persister's health and metrics", 8003),
  LOCAL_DELIVERY_HEALTH_PORT: localPort("delivery's health and metrics", 8004),
  LOCAL_DEMO: z.enum(['on', 'off']).default('on').describe('`off` leaves the demo page out'),
  LOCAL_DEMO_PORT: localPort('the demo page', 8080),
  LOCAL_POSTGRES_PORT: localPort('the embedded PostgreSQL', 54320),
  LOCAL_AWS_PORT: localPort('the embedded SQS, SNS and S3', 4566),
  LOCAL_DYNAMODB_PORT: localPort('the embedded DynamoDB', 4567),
  DATABASE_URL: databaseSettings.DATABASE_URL.optional().describe('replaces the embedded PostgreSQL'),
  AWS_ENDPOINT_URL: replacing('SQS, SNS, S3 and DynamoDB'),
  AWS_ENDPOINT_URL_SQS: replacing('SQS'),
  AWS_ENDPOINT_URL_SNS: replacing('SNS'),
  AWS_ENDPOINT_URL_S3: replacing('S3'),
  AWS_ENDPOINT_URL_DYNAMODB: replacing('DynamoDB'),
  MEDIA_SIGNING: signingMode
    .optional()
    .describe('what signs addresses of media; unset: S3 for its own, and nothing for those of MEDIA_ORIGINS'),
  MEDIA_ORIGINS: z.string().optional().describe('base URLs of media; unset: those of the embedded S3'),
  CORS_ORIGINS: z
    .string()
    .optional()
    .describe('origins of web pages that may call the REST API; unset: that of the demo page'),
  JWT_SECRET: authSettings.JWT_SECRET.default(DEVELOPMENT_JWT_SECRET).describe(
    'shared secret of HS256 tokens',
  ),
  JWKS_URL: authSettings.JWKS_URL,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  CHAT_RESOURCE_PREFIX: commonSettings.CHAT_RESOURCE_PREFIX,
})
export type LocalConfig = z.infer<typeof localConfig>
export type PortVariable = Extract<keyof LocalConfig, `${string}_PORT`>
export type Ports = Record<PortVariable, number>
