/**
 * List prices in USD, us-east-1, without free tiers, volume discounts and savings plans. `seen`: the day of the copy that
 * a price was read from; where it is not of AWS's own page or price list, `source` says of whom.
 */
export interface Price {
  usd: number
  per: string
  source: string
  seen: string
}

export const PRICES = {
  sqsFifoRequests: {
    ...{ usd: 0.5, per: 'million requests, each of up to 64 KiB' },
    ...{ source: 'https://aws.amazon.com/sqs/pricing/, by https://cloudburn.io/blog/amazon-sqs-pricing' },
    seen: '2026-03-14',
  },
  snsFifoPublishes: {
    ...{ usd: 0.3, per: 'million requests to Publish or PublishBatch' },
    ...{
      source:
        'https://aws.amazon.com/sns/pricing/, by https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/',
    },
    seen: '2026-06-13',
  },
  snsFifoPayload: {
    ...{ usd: 0.017, per: 'GB published' },
    ...{ source: 'https://aws.amazon.com/sns/pricing/, as quoted by others' },
    seen: '2021-12-19',
  },
  snsFifoDeliveries: {
    ...{ usd: 0.01, per: 'million messages to a subscription' },
    ...{ source: 'https://aws.amazon.com/sns/pricing/, as quoted by others' },
    seen: '2021-12-19',
  },
  snsFifoDelivered: {
    ...{ usd: 0.001, per: 'GB to a subscription' },
    ...{ source: 'https://aws.amazon.com/sns/pricing/, as quoted by others' },
    seen: '2021-12-19',
  },
  dynamoDbReads: {
    ...{ usd: 0.125, per: 'million read request units' },
    ...{
      source:
        'https://aws.amazon.com/dynamodb/pricing/on-demand/, by https://airbyte.com/data-engineering-resources/dynamodb-pricing',
    },
    seen: '2025-07-21',
  },
  dynamoDbWrites: {
    ...{ usd: 0.625, per: 'million write request units' },
    ...{
      source:
        'https://aws.amazon.com/dynamodb/pricing/on-demand/, by https://airbyte.com/data-engineering-resources/dynamodb-pricing',
    },
    seen: '2025-07-21',
  },
  socketMessages: {
    ...{ usd: 1, per: 'million messages in or out, each of up to 32 KiB' },
    ...{ source: 'https://aws.amazon.com/api-gateway/pricing/, as quoted by others' },
    seen: '2026-08-29',
  },
  socketMinutes: {
    ...{ usd: 0.25, per: 'million minutes of open sockets' },
    ...{ source: 'https://aws.amazon.com/api-gateway/pricing/, as quoted by others' },
    seen: '2026-08-29',
  },
  lambdaRequests: {
    ...{ usd: 0.2, per: 'million requests' },
    ...{ source: 'https://aws.amazon.com/lambda/pricing/, as quoted by others' },
    seen: '2026, day not given',
  },
  lambdaTime: {
    ...{ usd: 13.3334, per: 'million GB-seconds, arm64' },
    ...{ source: 'https://aws.amazon.com/lambda/pricing/, as quoted by others' },
    seen: '2026, day not given',
  },
  fargateCpu: {
    ...{ usd: 0.03238, per: 'vCPU-hour, Linux on arm64' },
    ...{ source: 'https://aws.amazon.com/fargate/pricing/, as quoted by others' },
    seen: '2026-09-23',
  },
  fargateMemory: {
    ...{ usd: 0.00356, per: 'GB-hour, Linux on arm64' },
    ...{ source: 'https://aws.amazon.com/fargate/pricing/, as quoted by others' },
    seen: '2026-09-23',
  },
  databaseSmall: {
    ...{ usd: 0.336, per: 'hour of db.m7g.large, PostgreSQL, Multi-AZ: twice the single-AZ price of 0.168' },
    ...{ source: 'https://aws.amazon.com/rds/postgresql/pricing/, as quoted by others' },
    seen: 'day not given',
  },
  databaseLarge: {
    ...{
      usd: 3.824,
      per: 'hour of db.r7g.4xlarge, PostgreSQL, Multi-AZ: eight times the price of db.r7g.large, 0.478',
    },
    ...{
      source:
        'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/20260831092223/us-east-1/index.json, as quoted by others',
    },
    seen: '2026-08-31',
  },
  databaseStorage: {
    ...{ usd: 0.23, per: 'GB-month of gp3, Multi-AZ' },
    ...{
      source:
        'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/20260831092223/us-east-1/index.json, as quoted by others',
    },
    seen: '2026-08-31',
  },
  loadBalancer: {
    ...{ usd: 0.0225, per: 'hour of an Application Load Balancer' },
    ...{ source: 'https://aws.amazon.com/elasticloadbalancing/pricing/, as quoted by others' },
    seen: 'day not given',
  },
  loadBalancerUnits: {
    ...{ usd: 0.008, per: 'LCU-hour: 1 GB, 25 new or 3,000 open connections' },
    ...{ source: 'https://aws.amazon.com/elasticloadbalancing/pricing/, as quoted by others' },
    seen: 'day not given',
  },
  natGateway: {
    ...{ usd: 0.045, per: 'hour of a NAT gateway' },
    ...{ source: 'https://aws.amazon.com/vpc/pricing/, as quoted by others' },
    seen: '2026, day not given',
  },
  natTraffic: {
    ...{ usd: 0.045, per: 'GB through a NAT gateway' },
    ...{ source: 'https://aws.amazon.com/vpc/pricing/, as quoted by others' },
    seen: '2026, day not given',
  },
  trafficOut: {
    ...{ usd: 0.09, per: 'GB to the internet' },
    ...{ source: 'https://aws.amazon.com/ec2/pricing/on-demand/, as quoted by others' },
    seen: 'day not given',
  },
} satisfies Record<string, Price>

export type PriceName = keyof typeof PRICES

/** What others ask, by their own price lists. */
export const VENDORS = {
  stream: {
    name: 'Stream',
    source: 'https://getstream.io/chat/pricing/, as quoted by others',
    seen: '2026-03-07',
    plans: [
      { upToMonthlyUsers: 10_000, usd: 499, includes: '500 connections at once' },
      { upToMonthlyUsers: 25_000, usd: 1_299, includes: 'connections at once not seen' },
    ],
  },
  sendbird: {
    name: 'Sendbird',
    source: 'https://sendbird.com/pricing/chat, as quoted by others',
    seen: '2026-03-07',
    plans: [{ upToMonthlyUsers: 25_000, usd: 1_199, includes: 'connections at once not seen' }],
  },
  ably: {
    name: 'Ably',
    source: 'https://ably.com/docs/platform/pricing',
    seen: '2026-03-12',
    package: 29,
    millionMessages: 2.5,
    millionConnectionMinutes: 1,
    millionChannelMinutes: 1,
  },
} as const
