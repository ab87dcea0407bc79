import { readFileSync } from 'node:fs'
import { dirname } from 'node:path/posix'
import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { CA_FILE } from '../../infra/aws/database.ts'
import { SIZES } from '../../infra/aws/sizes.ts'
import { deliveryConfig } from '../../services/delivery/config.ts'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { ingressConfig } from '../../services/ingress/config.ts'
import { persisterConfig } from '../../services/persister/config.ts'
import { readConfig } from '../../shared/config.ts'
import type { Deployment } from './deployments.ts'
import { findResource, readTemplate, resourcesIn, resourcesOf, templateOf } from './template.ts'

interface Setting {
  Name: string
  Value: unknown
}

const SERVICES = ['Ingress', 'Persister', 'Delivery'] as const
const containersOf = (deployment: Deployment, part: string) =>
  findResource(deployment, 'AWS::ECS::TaskDefinition', `${part}/Task`).Properties.ContainerDefinitions

describe.each(['dev', 'prod'] as const)('%s', deployment => {
  test.each([...SERVICES, 'Migration'])('%s runs on arm64, as nobody special, and changes no file', part => {
    const { Properties, UpdateReplacePolicy } = findResource(
      deployment,
      'AWS::ECS::TaskDefinition',
      `${part}/Task`,
    )
    // The runbook goes back to the one before.
    expect(UpdateReplacePolicy).toBe('Retain')
    expect(Properties.RuntimePlatform).toEqual({ CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' })
    for (const container of Properties.ContainerDefinitions) {
      expect(container).toMatchObject({
        ...{ ReadonlyRootFilesystem: true, User: '1000:1000', StopTimeout: 30 },
        LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
        LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
      })
      expect(JSON.stringify(container.Image)).toContain('/growzone-chat:v1')
    }
  })

  test.each([
    ['Ingress', 8000],
    ['Persister', 8003],
    ['Delivery', 8004],
  ])('%s is asked for its health on port %d, on which it listens', (part, port) => {
    const [container] = containersOf(deployment, part)
    expect(container.Command).toEqual([part.toLowerCase()])
    expect(container.HealthCheck.Command).toEqual([
      ...['CMD', 'node', '--eval'],
      expect.stringContaining(`fetch('http://127.0.0.1:${port}/health/live')`),
    ])
    expect(container.PortMappings).toEqual([{ ContainerPort: port, Protocol: 'tcp' }])
  })

  test.each([
    ['Ingress', ingressConfig, 'PORT', 8000],
    ['Persister', persisterConfig, 'HEALTH_PORT', 8003],
    ['Delivery', deliveryConfig, 'HEALTH_PORT', 8004],
  ] as const)('%s starts with the settings that its task is told', (part, schema, portName, port) => {
    const [container] = containersOf(deployment, part)
    const environment = Object.fromEntries(
      container.Environment.map(({ Name, Value }: Setting) => [Name, asText(Value)]),
    )
    const config: Record<string, unknown> = readConfig(schema, environment)
    expect(config).toMatchObject({
      ...{ CHAT_RESOURCE_PREFIX: `${deployment}-`, [portName]: port },
      ...{ LOG_LEVEL: 'info', METRICS_EMF: true, CHAT_STAGE: deployment, CHAT_LEAN_LANE: 'on' },
      ...(deployment === 'prod' && {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.growzone.example',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: 0.2,
      }),
    })
    const known = [...Object.keys(schema.shape), 'NODE_ENV', 'PGUSER']
    expect(known).toEqual(expect.arrayContaining(Object.keys(environment)))
  })

  test('a new version takes over before the old one ends, and goes back when it does not come up', () => {
    const services = resourcesOf(deployment, 'AWS::ECS::Service')
    expect(services).toHaveLength(SERVICES.length)
    for (const [, { Properties }] of services) {
      expect(Properties.DeploymentConfiguration).toEqual({
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        ...{ MinimumHealthyPercent: 100, MaximumPercent: 200 },
      })
      // What autoscaling decided stays through a deployment.
      expect(Properties).not.toHaveProperty('DesiredCount')
      expect(Properties.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED')
    }
  })

  test('workers start when the subscription lets through what they announce', () => {
    for (const part of SERVICES)
      expect(findResource(deployment, 'AWS::ECS::Service', `${part}/Service`).DependsOn).toContainEqual(
        expect.stringMatching(/^MessagingEventsToDeliveries/),
      )
  })

  test('a service is made after the capacity providers of its cluster, and goes before them', () => {
    const [[providers] = []] = resourcesOf(deployment, 'AWS::ECS::ClusterCapacityProviderAssociations')
    expect(providers).toBeDefined()
    for (const [, { DependsOn }] of resourcesOf(deployment, 'AWS::ECS::Service'))
      expect(DependsOn).toContain(providers)
  })

  test('the ingress is scaled on CPU and requests', () => {
    const policies = scalingOf(deployment, 'Ingress').map(
      ({ Properties }) => Properties.TargetTrackingScalingPolicyConfiguration,
    )
    const metric = (name: string) => ({
      PredefinedMetricSpecification: expect.objectContaining({ PredefinedMetricType: name }),
    })
    expect(policies).toEqual([
      expect.objectContaining({ ...metric('ECSServiceAverageCPUUtilization'), TargetValue: 60 }),
      expect.objectContaining({ ...metric('ALBRequestCountPerTarget'), TargetValue: 30_000 }),
    ])
  })

  test.each([
    ['Persister', 'MessagingCommands'],
    ['Delivery', 'MessagingDeliveries'],
  ])('%s is scaled on the age and the depth of %s, by one measure', (part, queue) => {
    const steps = scalingOf(deployment, part).map(
      ({ Properties }) => Properties.StepScalingPolicyConfiguration.StepAdjustments,
    )
    expect(steps).toEqual([
      [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }],
      [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 3, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 3, ScalingAdjustment: 3 },
      ],
    ])
    const alarms = resourcesIn(deployment, 'AWS::CloudWatch::Alarm', part)
    expect(alarms.map(({ Properties }) => [Properties.ComparisonOperator, Properties.Threshold])).toEqual([
      ['LessThanOrEqualToThreshold', 0.25],
      ['GreaterThanOrEqualToThreshold', 1],
    ])
    for (const { Properties } of alarms) {
      const [pressure, ...metrics] = Properties.Metrics
      expect(pressure.Expression).toBe('MAX([FILL(age, 0) / 2, FILL(depth, 0) / 1000])')
      expect(metrics.map(({ Id, MetricStat: { Metric } }: MetricQuery) => [Id, Metric])).toEqual([
        ['age', metricOf('ApproximateAgeOfOldestMessage', queue)],
        ['depth', metricOf('ApproximateNumberOfMessagesVisible', queue)],
      ])
    }
  })

  test('as many tasks run as the size of the stage says', () => {
    const { ingress, persister, delivery } = SIZES[deployment]
    const targets = resourcesOf(deployment, 'AWS::ApplicationAutoScaling::ScalableTarget').map(
      ([, { Properties }]) => [Properties.MinCapacity, Properties.MaxCapacity],
    )
    expect(targets).toEqual(
      [ingress, persister, delivery].map(({ minTasks, maxTasks }) => [minTasks, maxTasks]),
    )
  })

  test('the load balancer lets through the API, its documents and its health, and not the metrics', () => {
    const rules = resourcesOf(deployment, 'AWS::ElasticLoadBalancingV2::ListenerRule')
    expect(
      rules.map(([, { Properties }]) => [
        Properties.Priority,
        Properties.Conditions[0].PathPatternConfig.Values,
      ]),
    ).toEqual([
      [10, [`${BASE_PATH}/*`, '/health/live', '/health/ready']],
      [20, ['/openapi.json', '/asyncapi.json', '/docs', '/docs/*']],
    ])
    templateOf(deployment).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      DefaultActions: [
        Match.objectLike({ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }),
      ],
    })
  })

  test('the schema is migrated before the logins are set, by the owner', () => {
    const [migrate, logins] = containersOf(deployment, 'Migration')
    expect(migrate).toMatchObject({ Command: ['migrate', 'up'], Essential: false })
    expect(logins).toMatchObject({
      ...{ Command: ['logins'], Essential: true },
      DependsOn: [{ ContainerName: 'migrate', Condition: 'SUCCESS' }],
    })
    const names = (container: { Secrets: Setting[] }) => container.Secrets.map(({ Name }) => Name)
    expect(names(migrate)).toEqual(['PGUSER', 'PGPASSWORD'])
    expect(names(logins)).toEqual([
      ...['PGUSER', 'PGPASSWORD'],
      ...['INGRESS_DATABASE_PASSWORD', 'PERSISTER_DATABASE_PASSWORD'],
    ])
  })
})

test('the database is reached with its certificate verified, each service as its own login', () => {
  const settingsOf = (part: string) => containersOf('prod', part)[0].Environment as Setting[]
  const url = `postgresql://social.abcdefghijkl.eu-central-1.rds.amazonaws.com:5432/social?sslmode=verify-full&sslrootcert=${CA_FILE}`
  for (const part of ['Ingress', 'Persister', 'Migration'])
    expect(settingsOf(part)).toContainEqual({ Name: 'DATABASE_URL', Value: url })
  expect(settingsOf('Ingress')).toContainEqual({ Name: 'PGUSER', Value: 'chat_ingress' })
  expect(settingsOf('Persister')).toContainEqual({ Name: 'PGUSER', Value: 'chat_persister' })
  expect(settingsOf('Delivery').map(({ Name }) => Name)).not.toContain('DATABASE_URL')
})

test('the image has the certificate authorities of the database where tasks look for them', () => {
  const [building = '', image = ''] = readFileSync('Dockerfile', 'utf8')
    .split(/^FROM /m)
    .slice(1)
  expect(building).toMatch(
    /^ADD https:\/\/truststore\.pki\.rds\.amazonaws\.com\/global\/global-bundle\.pem rds-ca\.pem$/m,
  )
  expect(image).toMatch(new RegExp(`^WORKDIR ${dirname(CA_FILE)}$`, 'm'))
  expect(image).toMatch(/^COPY --from=dependencies \/app\/rds-ca\.pem rds-ca\.pem$/m)
  expect(CA_FILE).toBe('/app/rds-ca.pem')
})

test('workers run on spot capacity, in production all but the first; the ingress never does', () => {
  const capacityOf = (deployment: Deployment, part: string) =>
    findResource(deployment, 'AWS::ECS::Service', `${part}/Service`).Properties.CapacityProviderStrategy
  const spot = { CapacityProvider: 'FARGATE_SPOT', Weight: 1 }
  for (const part of ['Persister', 'Delivery']) {
    expect(capacityOf('dev', part)).toEqual([spot])
    expect(capacityOf('prod', part)).toEqual([{ CapacityProvider: 'FARGATE', Base: 1, Weight: 0 }, spot])
  }
  for (const deployment of ['dev', 'prod'] as const)
    expect(capacityOf(deployment, 'Ingress')).toEqual([{ CapacityProvider: 'FARGATE', Weight: 1 }])
})

test('with a certificate the API answers by HTTPS alone', () => {
  const listeners = (deployment: Deployment) =>
    resourcesOf(deployment, 'AWS::ElasticLoadBalancingV2::Listener').map(([, { Properties }]) => [
      Properties.Port,
      Properties.SslPolicy,
    ])
  expect(listeners('dev')).toEqual([[80, undefined]])
  expect(listeners('prod')).toEqual([[443, expect.stringMatching(/^ELBSecurityPolicy-TLS13-1-2/)]])
})

test('`services=off` runs no task', () => {
  for (const [, { Properties }] of resourcesOf('newProd', 'AWS::ECS::Service'))
    expect(Properties.DesiredCount).toBe(0)
  for (const [, { Properties }] of resourcesOf('newProd', 'AWS::ApplicationAutoScaling::ScalableTarget'))
    expect([Properties.MinCapacity, Properties.MaxCapacity]).toEqual([0, 0])
})

test('the command that migrates names the cluster, the task, its subnets and its group', () => {
  const { Outputs } = readTemplate('prod')
  expect(JSON.stringify(Outputs.MigrateCommand?.Value)).toMatch(
    /^.*aws ecs run-task --region eu-central-1 --cluster .*"Ref":"Cluster\w+".*--task-definition prod-chat-migration .*subnets=\[subnet-1a1b2c3a,subnet-1a1b2c3b,subnet-1a1b2c3c\],securityGroups=\[.*MigrationGroup/,
  )
})

test('the schema can be migrated by a newer image than the services run', () => {
  const tagOf = (part: string) =>
    JSON.stringify(containersOf('newProd', part)[0].Image).match(/growzone-chat:(\w+)/)?.[1]
  expect([tagOf('Migration'), tagOf('Ingress')]).toEqual(['v2', 'v1'])
})

interface MetricQuery {
  Id: string
  MetricStat: { Metric: unknown }
}

const metricOf = (name: string, queue: string) => ({
  ...{ Namespace: 'AWS/SQS', MetricName: name },
  Dimensions: [
    {
      Name: 'QueueName',
      Value: { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${queue}[0-9A-F]{8}$`)), 'QueueName'] },
    },
  ],
})

const scalingOf = (deployment: Deployment, part: string) =>
  resourcesIn(deployment, 'AWS::ApplicationAutoScaling::ScalingPolicy', part)

/** As it could be once CloudFormation knows the values. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Intrinsic
  if (join) return join[1].map(asText).join('')
  return attribute?.[1].endsWith('Port') ? '5432' : 'a1b2c3.example'
}

interface Intrinsic {
  'Fn::Join'?: [separator: string, parts: unknown[]]
  'Fn::GetAtt'?: [id: string, attribute: string]
}
