import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { LAMBDA_HANDLERS } from '../../infra/aws/bundle-lambda.ts'
import { DEPLOYMENTS } from './deployments.ts'
import { findResource, resourcesOf, templateOf } from './template.ts'

describe.each([
  ['dev', 'dev-', 'dev'],
  ['prod', 'prod-', 'prod'],
] as const)('%s', (deployment, prefix, stage) => {
  test('each handler is a function on arm64 and Node.js 24, with a log of its own', () => {
    const functions = resourcesOf(deployment, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties)
    expect(functions.map(({ FunctionName }) => FunctionName).toSorted()).toEqual(
      LAMBDA_HANDLERS.map(name => `${prefix}chat-gateway-${name}`).toSorted(),
    )
    for (const properties of functions)
      expect(properties).toMatchObject({
        ...{ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' },
        LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/^Gateway\w+Log/) } },
      })
  })

  test('a function is told what it reads and nothing more', () => {
    const told = (name: string) =>
      findResource(deployment, 'AWS::Lambda::Function', `Gateway/${name}`).Properties.Environment.Variables
    const common = { NODE_ENV: 'production', CHAT_RESOURCE_PREFIX: prefix }
    const limits = { LIMIT_STORE: deployment === 'prod' ? 'dynamodb' : 'memory' }
    expect(told('Connect')).toEqual({ ...common, ...limits })
    expect(told('Disconnect')).toEqual(common)
    expect(told('Expire')).toEqual({
      ...common,
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: expect.anything(),
    })
    expect(told('Frame')).toEqual({
      ...common,
      ...{ METRICS_EMF: '1', CHAT_STAGE: stage, ...limits },
      ...(deployment === 'prod' && {
        OTEL_EXPORTER_OTLP_ENDPOINT: DEPLOYMENTS.prod.otlpEndpoint,
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: DEPLOYMENTS.prod.traceShare,
      }),
      MEDIA_ORIGINS: {
        'Fn::Join': [
          '',
          ['https://', { 'Fn::GetAtt': [expect.stringMatching(/^MediaDistribution/), 'DomainName'] }, '/'],
        ],
      },
    })
  })

  test('a socket opens by the word of the authorizer, who is asked about every request', () => {
    const template = templateOf(deployment)
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: [],
    })
    const routes = resourcesOf(deployment, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ])
    expect(Object.fromEntries(routes)).toEqual({
      $connect: 'CUSTOM',
      $disconnect: 'NONE',
      $default: 'NONE',
    })
  })

  test('each minute sockets whose token has ended are closed', () => {
    templateOf(deployment).hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0 } })],
    })
  })

  test('the reply to a frame is sent back', () => {
    templateOf(deployment).hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: '$default',
      RouteResponseSelectionExpression: '$default',
    })
    templateOf(deployment).hasResourceProperties('AWS::ApiGatewayV2::RouteResponse', {
      RouteResponseKey: '$default',
    })
  })

  test('access is logged by fields of which none can hold a token, and requests are not', () => {
    const { Properties } = findResource(deployment, 'AWS::ApiGatewayV2::Stage', 'Gateway/Stage')
    expect(Properties.StageName).toBe(stage)
    const fields = Object.values(JSON.parse(Properties.AccessLogSettings.Format)).toSorted()
    expect(fields).toEqual(
      [
        ...['requestId', 'requestTime', 'eventType', 'routeKey', 'connectionId', 'identity.sourceIp'],
        ...['status', 'integrationStatus', 'integrationLatency', 'error.responseType'],
      ]
        .map(field => `$context.${field}`)
        .toSorted(),
    )
    expect(Properties).not.toHaveProperty('DefaultRouteSettings')
    expect(Properties).not.toHaveProperty('RouteSettings')
  })

  test('delivery pushes to the stage that sockets open on', () => {
    const { Properties } = findResource(deployment, 'AWS::ECS::TaskDefinition', 'Delivery/Task')
    const { Environment } = Properties.ContainerDefinitions[0]
    expect(Environment).toContainEqual({
      Name: 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
      Value: {
        'Fn::Join': [
          '',
          [
            'https://',
            { Ref: expect.stringMatching(/^GatewayApi/) },
            expect.stringMatching(/^\.execute-api\.[a-z0-9-]+\.$/),
            { Ref: 'AWS::URLSuffix' },
            `/${stage}`,
          ],
        ],
      },
    })
  })
})

test('the authorizer is told where the secret of tokens is, or the key set', () => {
  const told = (deployment: 'dev' | 'prod' | 'newProd') =>
    findResource(deployment, 'AWS::Lambda::Function', 'Gateway/Authorize').Properties.Environment.Variables
  expect(told('dev')).toEqual({
    NODE_ENV: 'production',
    CHAT_RESOURCE_PREFIX: 'dev-',
    JWT_SECRET_ARN: { Ref: expect.stringMatching(/^SecretsJwt/) },
  })
  expect(told('prod')).toEqual({
    NODE_ENV: 'production',
    CHAT_RESOURCE_PREFIX: 'prod-',
    JWKS_URL: 'https://auth.growzone.example/.well-known/jwks.json',
    JWT_ISSUER: 'https://auth.growzone.example/',
    JWT_AUDIENCE: 'chat',
  })
  expect(told('newProd')).toMatchObject({
    JWT_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:auth/jwt-a1B2c3',
  })
})

test('the role that API Gateway logs with outlives the stack, since the whole account shares it', () => {
  const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
  templateOf('dev').hasResource('AWS::ApiGateway::Account', kept)
  templateOf('dev').hasResource('AWS::IAM::Role', {
    ...kept,
    Properties: Match.objectLike({ ManagedPolicyArns: Match.anyValue() }),
  })
})
