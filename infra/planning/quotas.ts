import { ASSUMPTIONS } from './assumptions.ts'

/** What AWS allows an account in us-east-1 before anybody asks for more. */
export interface Quota {
  limit: number
  what: string
  adjustable: boolean
  source: string
  seen: string
}

export const QUOTAS = {
  sqsCalls: {
    ...{
      limit: 70_000,
      what: 'calls a second to each SQS action, FIFO in high-throughput mode',
      adjustable: true,
    },
    ...{
      source:
        'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html',
    },
    seen: '2026, as quoted by others',
  },
  sqsInFlight: {
    ...{ limit: 120_000, what: 'messages of a FIFO queue in flight', adjustable: true },
    ...{
      source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-fifo.html',
    },
    seen: 'day not given',
  },
  snsMessages: {
    ...{
      limit: 30_000,
      what: 'messages a second published to FIFO topics, batched or not',
      adjustable: true,
    },
    ...{ source: 'https://docs.aws.amazon.com/general/latest/gr/sns.html, announced 2025-01-21' },
    seen: '2025-01-21',
  },
  snsGroup: {
    ...{ limit: 300, what: 'messages a second of one group of a FIFO topic', adjustable: false },
    ...{ source: 'https://docs.aws.amazon.com/sns/latest/dg/fifo-high-throughput.html' },
    seen: '2025-01-21',
  },
  socketOpenings: {
    ...{ limit: 500, what: 'new WebSocket connections a second', adjustable: true },
    ...{
      source:
        'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html',
    },
    seen: '2026, day not given',
  },
  gatewayRequests: {
    ...{
      limit: 10_000,
      what: 'frames and pushes a second through API Gateway, bursts of 5,000 above',
      adjustable: true,
    },
    ...{ source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html' },
    seen: '2026-08-10',
  },
  tableReads: {
    ...{ limit: 40_000, what: 'read request units a second of an on-demand table', adjustable: true },
    ...{ source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html' },
    seen: '2026, day not given',
  },
  tableWrites: {
    ...{ limit: 40_000, what: 'write request units a second of an on-demand table', adjustable: true },
    ...{ source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html' },
    seen: '2026, day not given',
  },
  lambdaConcurrency: {
    ...{ limit: 1_000, what: 'Lambda functions running at once', adjustable: true },
    ...{ source: 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html' },
    seen: 'day not given',
  },
  databaseConnections: {
    ...{
      limit: 5_000,
      what: 'connections of the largest PostgreSQL: LEAST({DBInstanceClassMemory/9531392}, 5000)',
      adjustable: false,
    },
    ...{ source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html' },
    seen: 'day not given',
  },
  fargateCpus: {
    ...{ limit: 6, what: 'Fargate vCPUs of a new account', adjustable: true },
    ...{ source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html' },
    seen: '2026-09, as quoted by others',
  },
  databaseStorage: {
    ...{ limit: 64 * 1024, what: 'GiB of one RDS instance', adjustable: false },
    ...{ source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html' },
    seen: 'day not given',
  },
} satisfies Record<string, Quota>

export type QuotaName = keyof typeof QUOTAS

/** Bounds of our own, measured (docs/performance.md) on two cores, which are no quota and move with the machine. */
export const MEASURED_BOUNDS = {
  storedPerSecond: {
    limit: 5_119,
    what: 'messages a second into one PostgreSQL of two cores that holds 10 million, commits of 40',
    source: 'docs/performance.md, Reads',
  },
} as const

const { atOnce, callsEach, timeoutSeconds } = ASSUMPTIONS.endings

/** Bounds of our own that were not measured. */
export const ASSUMED_BOUNDS = {
  endedPerMinute: {
    limit: Math.floor((timeoutSeconds * atOnce) / (callsEach * ASSUMPTIONS.lambda.secondsPerCall)),
    what: `sockets a minute that end with their token, by one function of ${timeoutSeconds} s, ${atOnce} at a time`,
  },
} as const
