/**
 * Takes in: the functions of the WebSocket API.
 * Guarantees: no socket opens without the authorizer's word; access is logged without the query, where the ticket or the token is;
 * requests themselves are never logged.
 * Gives out: the API and its stage.
 */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { AccessLogFormat, CfnAccount } from 'aws-cdk-lib/aws-apigateway'
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2'
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import * as events from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { accept } from './accept.ts'
import { addGatewayFunctions, type GatewayFunctions, type GatewayParts } from './gateway-functions.ts'
import { addLogGroup } from './log-group.ts'
import { letManageSockets } from './rights.ts'

export interface Gateway {
  api: apigateway.WebSocketApi
  stage: apigateway.WebSocketStage
  functions: GatewayFunctions
}

/** Fields of an access log line and what API Gateway puts there. None is the query, a body or the authorizer's word. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  event: '$context.eventType',
  route: '$context.routeKey',
  connectionId: '$context.connectionId',
  ip: '$context.identity.sourceIp',
  status: '$context.status',
  integrationStatus: '$context.integrationStatus',
  integrationLatencyMs: '$context.integrationLatency',
  error: '$context.error.responseType',
}

export function addGateway(stack: Stack, parts: GatewayParts): Gateway {
  const scope = new Construct(stack, 'Gateway')
  const functions = addGatewayFunctions(scope, parts)
  const api = addApi(scope, parts, functions)
  const log = addLogGroup(scope, 'AccessLog', parts.stage, 'gateway-access')
  const stage = new apigateway.WebSocketStage(scope, 'Stage', {
    webSocketApi: api,
    stageName: parts.stage.stage,
    autoDeploy: true,
    accessLogSettings: {
      destination: new apigateway.LogGroupLogDestination(log),
      format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
    },
  })
  stage.node.addDependency(allowLogs(scope))
  endSocketsEachMinute(scope, { api, stage, functions })
  return { api, stage, functions }
}

function addApi(
  scope: Construct,
  { stage }: GatewayParts,
  functions: GatewayFunctions,
): apigateway.WebSocketApi {
  const api = new apigateway.WebSocketApi(scope, 'Api', {
    apiName: `${stage.prefix}chat`,
    description: 'Sockets of the chat',
    connectRouteOptions: {
      integration: new WebSocketLambdaIntegration('Connect', functions.connect),
      // Without a source API Gateway asks it about every request: it takes a ticket or a token.
      authorizer: new WebSocketLambdaAuthorizer('Authorizer', functions.authorize, {
        authorizerName: `${stage.prefix}chat`,
        identitySource: [],
      }),
    },
    disconnectRouteOptions: {
      integration: new WebSocketLambdaIntegration('Disconnect', functions.disconnect),
    },
    // Every action is a frame of this route, since one function answers all; the reply is its result.
    defaultRouteOptions: {
      integration: new WebSocketLambdaIntegration('Frame', functions.frame),
      returnResponse: true,
    },
  })
  for (const route of ['$disconnect', '$default'])
    accept(
      api.node.findChild(`${route}-Route`),
      'AwsSolutions-APIG4',
      'API Gateway takes an authorizer on $connect alone, and its word counts for the life of the socket.',
    )
  return api
}

/** API Gateway knows nothing of tokens: the function closes sockets whose token has ended. */
function endSocketsEachMinute(scope: Construct, { api, stage, functions: { expire } }: Gateway): void {
  expire.addEnvironment('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', stage.callbackUrl)
  letManageSockets(expire.role as iam.IRole, { api, stage }, ['DELETE'])
  new events.Rule(scope, 'EachMinute', {
    schedule: events.Schedule.rate(Duration.minutes(1)),
    // What was missed is done at the next tick.
    targets: [new LambdaFunction(expire, { retryAttempts: 0 })],
  })
}

/** API Gateway writes logs with one role for the whole account and region, so it outlives the stack. */
function allowLogs(scope: Construct): CfnAccount {
  const role = new iam.Role(scope, 'LogsRole', {
    assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [
      iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
    ],
  })
  role.applyRemovalPolicy(RemovalPolicy.RETAIN)
  accept(
    role,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'The role is shared by every API of the account, and this is the policy that API Gateway asks for.',
  )
  const account = new CfnAccount(scope, 'LogsAccount', { cloudWatchRoleArn: role.roleArn })
  account.applyRemovalPolicy(RemovalPolicy.RETAIN)
  return account
}
