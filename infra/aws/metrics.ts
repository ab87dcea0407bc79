/** The metrics that alarms and dashboard show, by the names under which AWS and the services emit them. */
import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { Gateway } from './gateway-api.ts'
import type { LoadBalancer } from './load-balancer.ts'

export const MINUTE = Duration.minutes(1)
/** Namespace of what the services emit themselves, as lines of their logs. */
export const NAMESPACE = 'GrowzoneChat'

/** A metric of one of the services; its dimensions are the service and the stage. */
export function serviceMetric(
  stage: string,
  service: string,
  metricName: string,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { Service: service, Stage: stage },
    period: MINUTE,
    ...options,
  })
}

export function databaseMetric(instanceId: string, metricName: string, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/RDS',
    metricName,
    dimensionsMap: { DBInstanceIdentifier: instanceId },
    statistic,
    period: MINUTE,
  })
}

export function gatewayMetric(
  { stage, api }: Gateway,
  metricName: string,
  statistic = 'Sum',
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId: api.apiId, Stage: stage.stageName },
    statistic,
    period: MINUTE,
  })
}

/** Failures that two or fewer make no percentage: at night one of five requests is no outage. */
const RATE = (failures: string, requests: string) =>
  `IF(${failures} > 2, 100 * ${failures} / MAX([${requests}, ${failures}]), 0)`

/** Per cent of REST requests that the ingress or the load balancer answered with 5xx. */
export function restErrorRate({ balancer, targets }: LoadBalancer): cloudwatch.MathExpression {
  const options = { statistic: 'Sum', period: MINUTE }
  return new cloudwatch.MathExpression({
    label: 'REST errors, %',
    expression: RATE('(FILL(target, 0) + FILL(balancer, 0))', 'FILL(requests, 0)'),
    usingMetrics: {
      target: targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, options),
      balancer: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, options),
      requests: balancer.metrics.requestCount(options),
    },
    period: MINUTE,
  })
}

/**
 * Per cent of connects and frames that failed on our side, by the higher of two counts: API Gateway's own, and the
 * errors of the functions. The authorizer is left out of the second: it answers every bad token with an error.
 */
export function gatewayErrorRate(gateway: Gateway): cloudwatch.MathExpression {
  const options = { statistic: 'Sum', period: MINUTE }
  const { connect, disconnect, frame } = gateway.functions
  return new cloudwatch.MathExpression({
    label: 'gateway errors, %',
    expression: RATE(
      'MAX([FILL(integration, 0) + FILL(execution, 0), FILL(connect, 0) + FILL(disconnect, 0) + FILL(frame, 0)])',
      'FILL(connects, 0) + FILL(messages, 0)',
    ),
    usingMetrics: {
      integration: gatewayMetric(gateway, 'IntegrationError'),
      execution: gatewayMetric(gateway, 'ExecutionError'),
      connects: gatewayMetric(gateway, 'ConnectCount'),
      messages: gatewayMetric(gateway, 'MessageCount'),
      connect: connect.metricErrors(options),
      disconnect: disconnect.metricErrors(options),
      frame: frame.metricErrors(options),
    },
    period: MINUTE,
  })
}
