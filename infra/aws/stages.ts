/**
 * The stages, how large each is, and what its deployer says by context (`-c name=value`, or the stage's own object in
 * `cdk.context.json`). A bad value is a ConfigError: one line that names it.
 */
import * as z from 'zod'
import {
  ConfigError,
  commonSettings,
  leanLaneSettings,
  originList,
  positiveInteger,
  readConfig,
} from '../../shared/config.ts'
import { limitStoreSettings } from '../../shared/limits/limit-settings.ts'
import { poolOf, SIZES, STAGE_NAMES, type StageName, type StageSize } from './sizes.ts'

const arnOf = (service: string) =>
  z
    .string()
    .regex(new RegExp(`^arn:[\\w-]+:${service}:[\\w-]*:\\d{12}:\\S+$`), `must be an ARN of ${service}`)
/** The ARN in full: without its six last characters the rights of a task would not fit. */
const secretArn = arnOf('secretsmanager').regex(
  /-\w{6}$/,
  'must be the complete ARN, with the six characters at its end',
)
const idOf = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `must look like ${kind}-0123abcd`)
const severalOf = (item: z.ZodString) =>
  z
    .string()
    .transform(text => text.split(',').map(part => part.trim()))
    .pipe(z.array(item).min(2, 'needs two or more, comma-separated'))

export const IMAGE_TAG = /^\w[\w.-]{0,127}$/
const imageTag = z.string().regex(IMAGE_TAG, 'must be a tag')
const stageName = z.enum(STAGE_NAMES, { error: `must be one of ${STAGE_NAMES.join(', ')}` })

/** What may be said for a stage, besides its name. */
export const stageSettings = {
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like eu-central-1')
    .default('us-east-1')
    .describe('AWS region; the environment (`AWS_REGION`, the profile) counts before the default'),
  imageTag: imageTag.optional().describe('tag of the container image; `deploy` needs it'),
  migrationTag: imageTag.optional().describe('tag of the image that migrates; unset: imageTag'),
  imageRepository: z.string().default('growzone-chat').describe('ECR repository of the container image'),
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'may hold lower-case letters, digits and -, forty at most')
    .optional()
    .describe('prefix of every name; unset: the name of the stage and a hyphen'),
  services: z.enum(['on', 'off']).default('on').describe('`off` runs no task'),
  certificateArn: arnOf('acm').optional().describe('certificate of the load balancer; prod needs it'),
  domainName: z
    .hostname()
    .optional()
    .describe('host name that the certificate is for and that leads to the load balancer'),
  jwksUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('key set of RS256 and ES256 tokens'),
  jwtSecretArn: secretArn.optional().describe('secret of HS256 tokens'),
  jwtIssuer: z.string().optional().describe('required `iss` of tokens'),
  jwtAudience: z.string().optional().describe('required `aud` of tokens'),
  mediaPublicKey: z
    .string()
    .regex(/^[A-Za-z0-9+/]{100,}={0,2}$/, 'must be a public key as base64 in one line')
    .optional()
    .describe('public half of the key that signs addresses of media, base64; prod needs it'),
  mediaKeySecretArn: secretArn.optional().describe('secret that is its private half, PEM'),
  corsOrigins: originList.optional().describe('origins of web pages that may call the API, comma-separated'),
  alarmEmail: z.email().optional().describe('address that alarms are sent to'),
  otlpEndpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP/HTTP collector that traces are sent to; unset: no traces'),
  traceShare: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('share of the requests that are traced, of those whose sender does not say it'),
  logLevel: commonSettings.LOG_LEVEL.describe('least severe log level that the tasks write'),
  leanLane: leanLaneSettings.CHAT_LEAN_LANE,
  limitStore: limitStoreSettings.LIMIT_STORE,
  secretKeyArn: arnOf('kms').optional().describe('KMS key of the imported secrets, where it is one of yours'),
  vpcId: idOf('vpc').optional().describe('existing VPC; unset: a new one'),
  availabilityZones: severalOf(
    z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'must look like eu-central-1a'),
  )
    .optional()
    .describe('availability zones of the existing VPC'),
  publicSubnetIds: severalOf(idOf('subnet'))
    .optional()
    .describe('its subnets for the load balancer, one a zone'),
  privateSubnetIds: severalOf(idOf('subnet'))
    .optional()
    .describe('its subnets for the tasks, one a zone, with a way to the internet'),
  databaseHost: z.string().optional().describe('end point of the existing PostgreSQL; unset: a new one'),
  databasePort: positiveInteger.max(65_535).default(5432).describe('its port'),
  databaseName: z
    .string()
    .regex(/^\w+$/, 'must be a plain name')
    .default('growzone')
    .describe('its database'),
  databaseSecretArn: secretArn.optional().describe('its owner: JSON with username and password'),
  databaseSecurityGroupId: idOf('sg').optional().describe('its security group'),
  databaseInstanceId: z.string().optional().describe('its identifier in RDS, for alarms'),
  databaseMaxConnections: positiveInteger.optional().describe('its max_connections, for alarms'),
}
const schema = z.object({ stage: stageName.default('dev').describe('which one is meant'), ...stageSettings })
export type StageSettings = z.infer<typeof schema>

/** Settings that only make sense together. */
const CERTIFICATE = ['certificateArn', 'domainName'] as const
const MEDIA_KEY = ['mediaPublicKey', 'mediaKeySecretArn'] as const
const VPC = ['vpcId', 'availabilityZones', 'publicSubnetIds', 'privateSubnetIds'] as const
const DATABASE = [
  ...(['databaseHost', 'databaseSecretArn', 'databaseSecurityGroupId'] as const),
  ...(['databaseInstanceId', 'databaseMaxConnections'] as const),
]

export interface Stage extends Omit<StageSettings, 'prefix'> {
  prefix: string
  size: StageSize
  mediaKey?: Whole<(typeof MEDIA_KEY)[number]>
  vpc?: Whole<(typeof VPC)[number]>
  database?: Whole<(typeof DATABASE)[number]>
}
type Whole<Name extends keyof StageSettings> = { [Key in Name]: NonNullable<StageSettings[Key]> }

/**
 * `find` gives what the context says under a name: a string, or for a stage's name an object of settings. `region`: that
 * of the environment.
 */
export function readStage(find: (name: string) => unknown, region?: string): Stage {
  const name = STAGE_NAMES.find(known => known === (find('stage') ?? 'dev'))
  const own: Record<string, unknown> = {
    ...(region && { region }),
    ...(name && readOwnSettings(name, find(name))),
  }
  const given = Object.keys(schema.shape).map(key => [key, find(key) ?? own[key]] as const)
  const settings = readConfig(
    schema,
    Object.fromEntries(given.map(([key, value]) => [key, value === undefined ? undefined : String(value)])),
  )
  checkTokens(settings)
  checkRegions(settings)
  readWhole(settings, CERTIFICATE)
  if (settings.stage === 'prod' && settings.certificateArn === undefined)
    throw new ConfigError('certificateArn is not set (prod answers by HTTPS alone)')
  const mediaKey = readWhole(settings, MEDIA_KEY)
  if (settings.stage === 'prod' && !mediaKey)
    throw new ConfigError(
      'mediaPublicKey is not set (prod gives media to whom it signed their addresses for)',
    )
  const vpc = readWhole(settings, VPC)
  const database = readWhole(settings, DATABASE)
  if (database && !vpc) throw new ConfigError('vpcId is not set (the existing database is in a VPC of yours)')
  const size = SIZES[settings.stage]
  if (database && database.databaseMaxConnections < poolOf(size))
    throw new ConfigError(
      `databaseMaxConnections is invalid: the chat alone may open ${poolOf(size)} connections in ${settings.stage}`,
    )
  return {
    ...settings,
    prefix: settings.prefix ?? `${settings.stage}-`,
    size,
    ...(mediaKey && { mediaKey }),
    ...(vpc && { vpc }),
    ...(database && { database }),
  }
}

function readOwnSettings(stage: StageName, own: unknown): Record<string, unknown> {
  if (own === undefined) return {}
  if (typeof own !== 'object' || own === null || Array.isArray(own))
    throw new ConfigError(`${stage} is invalid: must be an object of settings`)
  const unknown = Object.keys(own).find(key => !Object.hasOwn(stageSettings, key))
  if (unknown !== undefined)
    throw new ConfigError(
      `${stage} is invalid: there is no setting ${unknown}; known are ${Object.keys(stageSettings).join(', ')}`,
    )
  return own as Record<string, unknown>
}

function checkTokens({ stage, jwksUrl, jwtSecretArn }: StageSettings): void {
  if (jwksUrl !== undefined && jwtSecretArn !== undefined)
    throw new ConfigError('jwksUrl and jwtSecretArn are both set; tokens are verified by one of them')
  if (stage === 'prod' && jwksUrl === undefined && jwtSecretArn === undefined)
    throw new ConfigError('jwksUrl or jwtSecretArn must be set (how tokens are verified)')
}

/** What a load balancer or a task is given must lie where they are. */
function checkRegions(settings: StageSettings): void {
  for (const name of ['certificateArn', 'jwtSecretArn', 'databaseSecretArn', 'secretKeyArn'] as const) {
    const [, , , region] = settings[name]?.split(':') ?? []
    if (region !== undefined && region !== settings.region)
      throw new ConfigError(`${name} is invalid: it is of ${region}, and the stage of ${settings.region}`)
  }
}

function readWhole<Name extends keyof StageSettings>(
  settings: StageSettings,
  names: readonly Name[],
): Whole<Name> | undefined {
  const missing = names.filter(name => settings[name] === undefined)
  if (missing.length === names.length) return undefined
  const [first] = missing
  if (first !== undefined) throw new ConfigError(`${first} is not set (${names.join(', ')} belong together)`)
  return Object.fromEntries(names.map(name => [name, settings[name]])) as Whole<Name>
}
