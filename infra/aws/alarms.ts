/**
 * Takes in: the parts whose health is watched.
 * Guarantees: one alarm for each heading of docs/runbook.md, by the same name; each is told when it begins and when it
 * ends.
 * Gives out: the alarms, and the topic they are told to.
 */
import { Stack } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as sns from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Ingress } from './ingress.ts'
import { databaseMetric, gatewayErrorRate, MINUTE, restErrorRate, serviceMetric } from './metrics.ts'
import type { ServiceParts } from './service-parts.ts'
import type { Stage } from './stages.ts'

export interface Alarms {
  topic: sns.Topic
  alarms: cloudwatch.Alarm[]
}

/** Breached in `of` of the last `last` minutes. What is missing counts as not breached, unless it says otherwise. */
interface Watch {
  metric: cloudwatch.IMetric
  above: number
  of: number
  last: number
  means: string
  missing?: cloudwatch.TreatMissingData
  isPercentile?: true
}

const OLDEST_SECONDS = 60
const DELIVERY_P95_MS = 500
const ERROR_PERCENT = 1
const CPU_PERCENT = 80
const CONNECTIONS_PERCENT = 80
const PUSH_FAILURES_A_MINUTE = 10

export function addAlarms(stack: Stack, parts: ServiceParts & { ingress: Ingress; key: kms.Key }): Alarms {
  const scope = new Construct(stack, 'Alarms')
  const { stage, key } = parts
  const topic = addTopic(scope, stage, key)
  const action = new SnsAction(topic)
  const alarms = Object.entries(watches(parts)).map(([name, watch]) => {
    const alarm = new cloudwatch.Alarm(scope, name, {
      alarmName: `${stage.prefix}chat-${name}`,
      alarmDescription: `${watch.means} See docs/runbook.md, ${name}.`,
      metric: watch.metric,
      threshold: watch.above,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: watch.of,
      evaluationPeriods: watch.last,
      // Of a few samples a percentile says nothing.
      ...(watch.isPercentile && { evaluateLowSampleCountPercentile: 'ignore' }),
      treatMissingData: watch.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
    return alarm
  })
  return { topic, alarms }
}

function addTopic(scope: Construct, { prefix, alarmEmail }: Stage, key: kms.Key): sns.Topic {
  const topic = new sns.Topic(scope, 'Topic', {
    topicName: `${prefix}chat-alarms`,
    masterKey: key,
    enforceSSL: true,
  })
  // A topic with a policy of its own loses the one that let everybody of the account publish.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AllowAlarms',
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  )
  if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail))
  return topic
}

function watches(parts: ServiceParts & { ingress: Ingress }): Record<string, Watch> {
  const { messaging, gateway, ingress } = parts
  const { commands, deliveries } = messaging
  return {
    CommandsAge: ageOf(commands.queue, 'Accepted commands wait to be stored.'),
    DeliveriesAge: ageOf(deliveries.queue, 'Stored events wait to be pushed.'),
    CommandsDeadLetters: anyIn(commands.deadLetters, 'Commands were given up.'),
    DeliveriesDeadLetters: anyIn(deliveries.deadLetters, 'Events were given up.'),
    ...watchDelivery(parts),
    ErrorRate: {
      ...{ metric: restErrorRate(ingress), above: ERROR_PERCENT, of: 3, last: 5 },
      means: 'More than one REST request in a hundred fails.',
    },
    GatewayErrors: {
      ...{ metric: gatewayErrorRate(gateway), above: ERROR_PERCENT, of: 3, last: 5 },
      means: 'More than one connect or frame in a hundred fails.',
    },
    ...watchDatabase(parts),
  }
}

function ageOf(queue: sqs.IQueue, means: string): Watch {
  const metric = queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: MINUTE })
  return { metric, above: OLDEST_SECONDS, of: 3, last: 3, means }
}

function anyIn(queue: sqs.IQueue, means: string): Watch {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: MINUTE })
  return { metric, above: 0, of: 1, last: 1, means }
}

function watchDelivery({ stage }: ServiceParts): Record<string, Watch> {
  const delivery = (name: string, statistic: string) =>
    serviceMetric(stage.stage, 'delivery', name, { statistic })
  return {
    DeliveryLatency: {
      ...{ metric: delivery('AcceptToPush', 'p95'), above: DELIVERY_P95_MS, of: 3, last: 5 },
      isPercentile: true,
      means: 'One message in twenty takes more than half a second from acceptance to push.',
    },
    PushFailures: {
      ...{ metric: delivery('PushFailures', 'Sum'), above: PUSH_FAILURES_A_MINUTE, of: 3, last: 5 },
      means: 'Sockets cannot be pushed to.',
    },
  }
}

/** RDS tells these every minute: when it does not, the database is not there, or not the one that was named. */
function watchDatabase({ database }: ServiceParts): Record<string, Watch> {
  const missing = cloudwatch.TreatMissingData.BREACHING
  return {
    DatabaseCpu: {
      ...{ metric: databaseMetric(database.instanceId, 'CPUUtilization', 'Average'), above: CPU_PERCENT },
      ...{ of: 5, last: 5, missing },
      means: 'The database has been busy for five minutes.',
    },
    DatabaseConnections: {
      metric: databaseMetric(database.instanceId, 'DatabaseConnections', 'Maximum'),
      above: Math.floor((database.maxConnections * CONNECTIONS_PERCENT) / 100),
      ...{ of: 3, last: 5, missing },
      means: 'The database is about to refuse connections.',
    },
  }
}
