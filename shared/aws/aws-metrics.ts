import { Counter, countersBy } from '../metrics.ts'

export const awsRequests = new Counter({
  name: 'chat_aws_requests_total',
  help: 'Requests to AWS by operation, each attempt of a retried call included',
  labelNames: ['operation'],
})

/** To be counted for every request that goes out. */
export const requestsOf = countersBy(awsRequests, 'operation')
