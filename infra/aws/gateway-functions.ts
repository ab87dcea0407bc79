/**
 * Takes in: the bundled handlers of the WebSocket API.
 * Guarantees: a function for each handler, with the rights and the settings that it needs and no others; the secret of
 * tokens is read by the authorizer alone, and stands in no environment.
 * Gives out: the functions.
 */
import { Duration } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { LambdaHandler } from './bundle-lambda.ts'
import type { ChatTables } from './connections.ts'
import { addLogGroup } from './log-group.ts'
import type { QueuePair } from './messaging.ts'
import { letSend } from './rights.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stages.ts'
import { telemetrySettings } from './telemetry-settings.ts'
import { tokenSettings } from './token-settings.ts'

export type HandlerFolders = Record<LambdaHandler, string>
export type GatewayFunctions = Record<LambdaHandler, lambda.Function>

export interface GatewayParts {
  stage: Stage
  code: HandlerFolders
  secrets: Secrets
  commands: QueuePair
  tables: ChatTables
  mediaUrl: string
}

/** More memory is more CPU: with less, a cold start takes longer than it saves. */
const MEMORY_MIB = 512
const TIMEOUT = Duration.seconds(15)

export function addGatewayFunctions(scope: Construct, parts: GatewayParts): GatewayFunctions {
  const { stage, secrets, commands, tables, mediaUrl } = parts
  const limitSettings = { LIMIT_STORE: stage.limitStore }
  const functions: GatewayFunctions = {
    authorize: addFunction(scope, 'authorize', parts, {
      ...tokenSettings(stage),
      ...(secrets.jwt && { JWT_SECRET_ARN: secrets.jwt.secretArn }),
    }),
    connect: addFunction(scope, 'connect', parts, limitSettings),
    disconnect: addFunction(scope, 'disconnect', parts, {}),
    frame: addFunction(scope, 'frame', parts, {
      ...{ MEDIA_ORIGINS: mediaUrl, ...limitSettings },
      ...telemetrySettings(stage),
    }),
    expire: addFunction(scope, 'expire', parts, {}),
  }
  secrets.jwt?.grantRead(functions.authorize)
  // Connecting registers, disconnecting removes, a ping renews: each is one UpdateItem.
  for (const name of ['connect', 'disconnect', 'frame'] as const)
    tables.connections.grant(functions[name], 'dynamodb:UpdateItem')
  tables.tickets.grant(functions.authorize, 'dynamodb:DeleteItem')
  tables.endings.grant(functions.connect, 'dynamodb:PutItem')
  tables.endings.grant(functions.expire, 'dynamodb:Query', 'dynamodb:DeleteItem')
  for (const name of ['connect', 'frame'] as const)
    tables.limits.grant(functions[name], 'dynamodb:UpdateItem')
  letSend(functions.frame, commands.queue)
  return functions
}

function addFunction(
  scope: Construct,
  name: LambdaHandler,
  { stage, code }: GatewayParts,
  environment: Record<string, string>,
): lambda.Function {
  const own = new Construct(scope, name.charAt(0).toUpperCase() + name.slice(1))
  const logGroup = addLogGroup(own, 'Log', stage, `gateway-${name}`)
  // Not the role that CDK would make: it may write to every log of the account.
  const role = new iam.Role(own, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  return new lambda.Function(own, 'Function', {
    functionName: `${stage.prefix}chat-gateway-${name}`,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(code[name]),
    handler: 'index.handler',
    memorySize: MEMORY_MIB,
    timeout: TIMEOUT,
    role,
    logGroup,
    environment: { NODE_ENV: 'production', CHAT_RESOURCE_PREFIX: stage.prefix, ...environment },
  })
}
