import * as z from 'zod'

/** A setting that is missing or wrong. The message is one line and names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads a schema whose keys are environment variables. An empty variable counts as unset. */
export function readConfig<T extends z.ZodObject>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> {
  const result = schema.safeParse(setOnly(env))
  if (result.success) return result.data
  throw new ConfigError(describeIssue(schema, env, result.error.issues[0]))
}

/** All settings that are missing or wrong, a line for each. */
export function findConfigProblems(schema: z.ZodObject, env: NodeJS.ProcessEnv): string[] {
  const issues = schema.safeParse(setOnly(env)).error?.issues ?? []
  const byVariable = new Map(issues.map(issue => [issue.path[0], issue] as const).toReversed())
  return [...byVariable.values()].toReversed().map(issue => describeIssue(schema, env, issue))
}

function setOnly(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}

function describeIssue(
  schema: z.ZodObject,
  env: NodeJS.ProcessEnv,
  issue: z.core.$ZodIssue | undefined,
): string {
  const name = String(issue?.path[0] ?? '')
  const meaning = (schema.shape[name] as z.ZodType | undefined)?.description
  const problem = env[name] ? `is invalid: ${issue?.message}` : 'is not set'
  return `${name} ${problem}${meaning ? ` (${meaning})` : ''}`
}

export const port = z.coerce.number().int().min(0).max(65535)
export const positiveInteger = z.coerce.number().int().min(1)

/** A comma-separated list of URLs. */
export const urlList = z
  .string()
  .transform(list => list.split(',').map(item => item.trim()))
  .pipe(z.array(z.url()))

/** A comma-separated list of what browsers send as `Origin`. */
export const originList = z
  .string()
  .transform(list => list.split(',').map(item => item.trim()))
  .pipe(z.array(z.string().refine(isOrigin, 'must be origins, such as https://app.example')))

function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === value
}

/** Settings that every process reads. */
export const commonSettings = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe log level that is written'),
  CHAT_RESOURCE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, 'may hold letters, digits, - and _')
    .default('')
    .describe('prefix of every queue, topic, table and bucket name, so that stages can share an account'),
}

/** Where a worker answers health checks and metrics. */
export const healthSettings = (defaultPort: number) => ({
  HEALTH_HOST: z.string().default('127.0.0.1').describe('address of the health and metrics port'),
  HEALTH_PORT: port.default(defaultPort).describe('port of /health/live, /health/ready and /metrics'),
})

/** How a process reaches PostgreSQL. */
export const databaseSettings = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL connection URL'),
  DATABASE_POOL_SIZE: positiveInteger.max(200).default(10).describe('most connections held open'),
  DATABASE_STATEMENT_TIMEOUT_MS: positiveInteger
    .default(10_000)
    .describe('longest time one statement may take, ms'),
}

/** The secret of the local stack. It is known to everybody, so production refuses it. */
export const DEVELOPMENT_JWT_SECRET = 'growzone-chat-development-secret-never-deploy'

/** How tokens are verified: one of the two ways must be given. */
export const authSettings = {
  JWT_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('shared secret of HS256 tokens'),
  JWKS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('key set of RS256 and ES256 tokens'),
  JWT_ISSUER: z.string().optional().describe('required `iss` of tokens'),
  JWT_AUDIENCE: z.string().optional().describe('required `aud` of tokens'),
  NODE_ENV: z.string().optional().describe('`production` refuses the development secret'),
}

/** How a worker receives from its queue. */
export const consumerSettings = {
  SQS_WAIT_SECONDS: positiveInteger
    .max(20)
    .default(5)
    .describe('length of a long poll, s; a drain waits for the one under way'),
}

/** How a process makes its frequent calls to AWS. */
export const leanLaneSettings = {
  CHAT_LEAN_LANE: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`off` makes every call to AWS through the SDK, at several times the CPU'),
}

/** Where the media of messages may lie; uploads are found under the first. */
export const mediaSettings = {
  MEDIA_ORIGINS: urlList.describe(
    'base URLs that mediaUrl and mediaThumbnailUrl must be under, comma-separated; uploads are under the first',
  ),
}
