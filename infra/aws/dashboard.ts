/**
 * Takes in: the parts whose health is watched, and the alarms.
 * Guarantees: a message's way from left to right and top to bottom; what is on fire stands first.
 * Gives out: the dashboard.
 */
import { Duration, type Stack } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { Alarms } from './alarms.ts'
import type { Ingress } from './ingress.ts'
import type { QueuePair } from './messaging.ts'
import {
  databaseMetric,
  gatewayErrorRate,
  gatewayMetric,
  MINUTE,
  restErrorRate,
  serviceMetric,
} from './metrics.ts'
import { pressureOn } from './queue-scaling.ts'
import type { ServiceParts } from './service-parts.ts'
import type { Workload } from './workload.ts'

export interface DashboardParts extends ServiceParts {
  ingress: Ingress
  persister: Workload
  delivery: Workload
  alarms: Alarms
}

const SUM = { statistic: 'Sum', period: MINUTE }
const WIDTH = 8

export function addDashboard(stack: Stack, parts: DashboardParts): cloudwatch.Dashboard {
  return new cloudwatch.Dashboard(stack, 'Dashboard', {
    dashboardName: `${parts.stage.prefix}chat`,
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new cloudwatch.AlarmStatusWidget({
          title: 'Alarms',
          alarms: parts.alarms.alarms,
          width: 3 * WIDTH,
          height: 3,
        }),
      ],
      ...messageRows(parts),
      ...edgeRows(parts),
      [...queueWidgets(parts), capacityWidget(parts)],
      databaseWidgets(parts),
    ],
  })
}

function graph(
  title: string,
  left: cloudwatch.IMetric[],
  right: cloudwatch.IMetric[] = [],
): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title,
    left,
    right,
    width: WIDTH,
    leftYAxis: { min: 0 },
    rightYAxis: { min: 0 },
  })
}

function messageRows({ stage }: DashboardParts): cloudwatch.IWidget[][] {
  const of = (service: string, name: string, statistic = 'Sum') =>
    serviceMetric(stage.stage, service, name, { statistic, label: `${service}: ${name} ${statistic}` })
  const percentiles = (service: string, name: string) =>
    ['p50', 'p95', 'p99'].map(each => of(service, name, each))
  return [
    [
      graph('Accepted by REST and by sockets, stored, pushed', [
        of('ingress', 'Accepted'),
        of('gateway', 'Accepted'),
        of('persister', 'Stored'),
        of('delivery', 'Pushes'),
      ]),
      graph('Accepted to stored, ms', percentiles('persister', 'AcceptToStore')),
      graph('Accepted to pushed, ms', percentiles('delivery', 'AcceptToPush')),
    ],
    [
      graph('Refused, failed, given up', [
        of('gateway', 'FrameErrors'),
        of('persister', 'Refused'),
        of('delivery', 'PushFailures'),
        of('persister', 'DeadLetters'),
        of('delivery', 'DeadLetters'),
      ]),
      graph('Age when received, p95, ms', [
        of('persister', 'QueueAge', 'p95'),
        of('delivery', 'QueueAge', 'p95'),
      ]),
      graph('Wait for a database connection', [
        of('ingress', 'DatabasePoolWaiting', 'Maximum'),
        of('persister', 'DatabasePoolWaiting', 'Maximum'),
      ]),
    ],
  ]
}

function edgeRows({ ingress, gateway }: DashboardParts): cloudwatch.IWidget[][] {
  const { connect, frame, authorize } = gateway.functions
  return [
    [
      graph(
        'REST: requests and 5xx',
        [ingress.balancer.metrics.requestCount(SUM)],
        [ingress.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, SUM)],
      ),
      graph('REST: response time, p95, s', [
        ingress.targets.metrics.targetResponseTime({ statistic: 'p95', period: MINUTE }),
      ]),
      graph('Errors, %', [restErrorRate(ingress), gatewayErrorRate(gateway)]),
    ],
    [
      graph('Sockets: connects and messages', [
        gatewayMetric(gateway, 'ConnectCount'),
        gatewayMetric(gateway, 'MessageCount'),
      ]),
      graph('Sockets: refused', [gatewayMetric(gateway, 'ClientError'), authorize.metricErrors(SUM)]),
      graph(
        'Functions: duration, p95, ms',
        [authorize, connect, frame].map(each => each.metricDuration({ statistic: 'p95', period: MINUTE })),
      ),
    ],
  ]
}

function queueWidgets({ messaging }: DashboardParts): cloudwatch.IWidget[] {
  const widget = (title: string, { queue, deadLetters }: QueuePair) =>
    graph(
      title,
      [
        queue.metricApproximateNumberOfMessagesVisible({
          statistic: 'Maximum',
          period: MINUTE,
          label: 'waiting',
        }),
        deadLetters.metricApproximateNumberOfMessagesVisible({
          statistic: 'Maximum',
          period: MINUTE,
          label: 'given up',
        }),
      ],
      [
        queue.metricApproximateAgeOfOldestMessage({
          statistic: 'Maximum',
          period: MINUTE,
          label: 'oldest, s',
        }),
        pressureOn(queue),
      ],
    )
  return [widget('Commands', messaging.commands), widget('Deliveries', messaging.deliveries)]
}

function capacityWidget({ ingress, persister, delivery }: DashboardParts): cloudwatch.IWidget {
  const cpu = (label: string, { service }: Workload) =>
    service.metricCpuUtilization({ period: MINUTE, label })
  return graph('CPU, %', [cpu('ingress', ingress), cpu('persister', persister), cpu('delivery', delivery)])
}

function databaseWidgets({ database }: DashboardParts): cloudwatch.IWidget[] {
  const of = (name: string, statistic = 'Average') => databaseMetric(database.instanceId, name, statistic)
  return [
    graph('Database: CPU, %', [of('CPUUtilization')]),
    graph('Database: connections', [of('DatabaseConnections', 'Maximum')]),
    graph('Database: writes', [of('WriteIOPS')], [of('WriteLatency')]),
  ]
}
