/**
 * What each alarm on AWS watches, by the name of the alarm and of its heading in the runbook. Metrics of `GrowzoneChat`
 * are our own (shared/emf); all others AWS emits by itself, as the page at `source` says.
 */
export interface AlarmMetric {
  namespace: string
  /** More than one where the alarm is on a ratio or a sum. */
  metrics: string[]
  /** Of our own metrics: the service that emits them. */
  service?: 'ingress' | 'persister' | 'delivery' | 'gateway'
  source?: string
}

const DOCS = 'https://docs.aws.amazon.com'
const SQS = `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html`
const LOAD_BALANCER = `${DOCS}/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html`
const WEBSOCKET_API = `${DOCS}/apigateway/latest/developerguide/apigateway-websocket-api-logging.html`
const LAMBDA = `${DOCS}/lambda/latest/dg/monitoring-metrics-types.html`
const RDS = `${DOCS}/AmazonRDS/latest/UserGuide/rds-metrics.html`

const age = { namespace: 'AWS/SQS', metrics: ['ApproximateAgeOfOldestMessage'], source: SQS }
const deadLetters = { namespace: 'AWS/SQS', metrics: ['ApproximateNumberOfMessagesVisible'], source: SQS }

export const ALARM_METRICS = {
  CommandsAge: [age],
  DeliveriesAge: [age],
  CommandsDeadLetters: [deadLetters],
  DeliveriesDeadLetters: [deadLetters],
  DeliveryLatency: [{ namespace: 'GrowzoneChat', metrics: ['AcceptToPush'], service: 'delivery' }],
  PushFailures: [{ namespace: 'GrowzoneChat', metrics: ['PushFailures'], service: 'delivery' }],
  ErrorRate: [
    {
      namespace: 'AWS/ApplicationELB',
      metrics: ['HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count', 'RequestCount'],
      source: LOAD_BALANCER,
    },
  ],
  GatewayErrors: [
    {
      namespace: 'AWS/ApiGateway',
      metrics: ['IntegrationError', 'ExecutionError', 'ConnectCount', 'MessageCount'],
      source: WEBSOCKET_API,
    },
    { namespace: 'AWS/Lambda', metrics: ['Errors'], source: LAMBDA },
  ],
  DatabaseCpu: [{ namespace: 'AWS/RDS', metrics: ['CPUUtilization'], source: RDS }],
  DatabaseConnections: [{ namespace: 'AWS/RDS', metrics: ['DatabaseConnections'], source: RDS }],
} satisfies Record<string, AlarmMetric[]>
