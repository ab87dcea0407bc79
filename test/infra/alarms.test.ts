import { describe, expect, test } from 'vitest'
import { findResource, resourcesIn, resourcesOf, templateOf } from './template.ts'

interface Metric {
  Namespace: string
  MetricName: string
  Dimensions: { Name: string; Value: unknown }[]
}

interface Query {
  Id: string
  Expression?: string
  MetricStat?: { Metric: Metric; Stat: string; Period: number }
}

/** Alarms on one metric: namespace, name, statistic, threshold, minutes breached of the last, what is missing. */
const SINGLE = {
  CommandsAge: ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'Maximum', 60, '3 of 3', 'notBreaching'],
  DeliveriesAge: ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'Maximum', 60, '3 of 3', 'notBreaching'],
  CommandsDeadLetters: [
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    'Maximum',
    0,
    '1 of 1',
    'notBreaching',
  ],
  DeliveriesDeadLetters: [
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    'Maximum',
    0,
    '1 of 1',
    'notBreaching',
  ],
  DeliveryLatency: ['GrowzoneChat', 'AcceptToPush', 'p95', 500, '3 of 5', 'notBreaching'],
  PushFailures: ['GrowzoneChat', 'PushFailures', 'Sum', 10, '3 of 5', 'notBreaching'],
  DatabaseCpu: ['AWS/RDS', 'CPUUtilization', 'Average', 80, '5 of 5', 'breaching'],
  // 80 % of the 190 that RDS allows the trial's instance, and of the 500 that the existing one is said to allow.
  DatabaseConnections: [
    'AWS/RDS',
    'DatabaseConnections',
    'Maximum',
    { dev: 152, prod: 400 },
    '3 of 5',
    'breaching',
  ],
}

const EXPRESSIONS = {
  ErrorRate: [
    'AWS/ApplicationELB HTTPCode_Target_5XX_Count',
    'AWS/ApplicationELB HTTPCode_ELB_5XX_Count',
    'AWS/ApplicationELB RequestCount',
  ],
  GatewayErrors: [
    ...['IntegrationError', 'ExecutionError', 'ConnectCount', 'MessageCount'].map(
      name => `AWS/ApiGateway ${name}`,
    ),
    ...Array(3).fill('AWS/Lambda Errors'),
  ],
}

describe.each(['dev', 'prod'] as const)('%s', deployment => {
  const alarms = resourcesIn(deployment, 'AWS::CloudWatch::Alarm', 'Alarms').map(
    ({ Properties }) => Properties,
  )
  const find = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `${deployment}-chat-${name}`)

  test('there is one for each that the runbook knows, and no other', () => {
    const names = [...Object.keys(SINGLE), ...Object.keys(EXPRESSIONS)]
    expect(alarms.map(({ AlarmName }) => AlarmName).toSorted()).toEqual(
      names.map(name => `${deployment}-chat-${name}`).toSorted(),
    )
    for (const name of names) expect(find(name).AlarmDescription).toMatch(`See docs/runbook.md, ${name}.`)
  })

  test.each(Object.entries(SINGLE))(
    '%s watches its metric',
    (name, [namespace, metric, statistic, above, minutes, missing]) => {
      const alarm = find(name)
      expect([
        ...[alarm.Namespace, alarm.MetricName, alarm.Statistic ?? alarm.ExtendedStatistic],
        ...[
          alarm.Threshold,
          `${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods}`,
          alarm.TreatMissingData,
        ],
      ]).toEqual([
        ...[namespace, metric, statistic],
        ...[typeof above === 'object' ? above[deployment] : above, minutes, missing],
      ])
      expect(alarm.Period).toBe(60)
    },
  )

  test.each([
    ['CommandsAge', 'MessagingCommands'],
    ['DeliveriesAge', 'MessagingDeliveries'],
    ['CommandsDeadLetters', 'MessagingCommandsDlq'],
    ['DeliveriesDeadLetters', 'MessagingDeliveriesDlq'],
  ])('%s watches %s', (name, queue) => {
    const [{ Name, Value }] = find(name).Dimensions
    expect(Name).toBe('QueueName')
    expect(Value).toEqual({
      'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${queue}[0-9A-F]{8}$`)), 'QueueName'],
    })
  })

  test.each(['DeliveryLatency', 'PushFailures'])('%s watches what delivery emits in this stage', name => {
    expect(find(name).Dimensions).toEqual([
      { Name: 'Service', Value: 'delivery' },
      { Name: 'Stage', Value: deployment },
    ])
    const { Environment } = findResource(deployment, 'AWS::ECS::TaskDefinition', 'Delivery/Task').Properties
      .ContainerDefinitions[0]
    expect(Environment).toContainEqual({ Name: 'METRICS_EMF', Value: '1' })
    expect(Environment).toContainEqual({ Name: 'CHAT_STAGE', Value: deployment })
  })

  test.each(Object.entries(EXPRESSIONS))('%s is a share of requests in per cent', (name, wanted) => {
    const alarm = find(name)
    expect([alarm.Threshold, alarm.TreatMissingData]).toEqual([1, 'notBreaching'])
    const [expression, ...queries] = alarm.Metrics as Query[]
    const metrics = queries.map(
      ({ MetricStat }) => `${MetricStat?.Metric.Namespace} ${MetricStat?.Metric.MetricName}`,
    )
    expect(metrics.toSorted()).toEqual(wanted.toSorted())
    for (const { Id, MetricStat } of queries) {
      expect(expression?.Expression).toContain(`FILL(${Id}, 0)`)
      expect([MetricStat?.Stat, MetricStat?.Period]).toEqual(['Sum', 60])
    }
    // CloudWatch takes ten at most in one alarm.
    expect(alarm.Metrics.length).toBeLessThanOrEqual(10)
  })

  test('a bad token, which the authorizer answers with an error, is no failure of the gateway', () => {
    const functions = (find('GatewayErrors').Metrics as Query[]).flatMap(({ MetricStat }) =>
      MetricStat?.Metric.Namespace === 'AWS/Lambda' ? [JSON.stringify(MetricStat.Metric.Dimensions)] : [],
    )
    expect(functions.toSorted()).toEqual([
      expect.stringContaining('GatewayConnectFunction'),
      expect.stringContaining('GatewayDisconnectFunction'),
      expect.stringContaining('GatewayFrameFunction'),
    ])
  })

  test('each is told when it begins and when it ends, to a topic that alarms may reach', () => {
    const topic = { Ref: expect.stringMatching(/^AlarmsTopic/) }
    for (const { AlarmActions, OKActions } of alarms)
      expect([AlarmActions, OKActions]).toEqual([[topic], [topic]])
    const { PolicyDocument } = findResource(deployment, 'AWS::SNS::TopicPolicy', 'Alarms').Properties
    expect(PolicyDocument.Statement).toContainEqual({
      ...{ Sid: 'AllowAlarms', Effect: 'Allow', Action: 'sns:Publish', Resource: topic },
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    })
  })
})

test('alarms are sent to the address that was given', () => {
  templateOf('prod').hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'operators@growzone.example',
  })
})

test('the dashboard shows every metric that an alarm watches', () => {
  const [[, dashboard] = []] = resourcesOf('prod', 'AWS::CloudWatch::Dashboard')
  const shown = JSON.stringify(dashboard?.Properties.DashboardBody)
  for (const [, name] of Object.values(SINGLE)) expect(shown).toContain(String(name))
  for (const name of Object.values(EXPRESSIONS).flat()) expect(shown).toContain(name.split(' ')[1])
})
