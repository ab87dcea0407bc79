import { Counter, Histogram, LATENCY_BUCKETS_SECONDS, remember } from '../../shared/metrics.ts'

const requests = new Counter({
  name: 'chat_http_requests_total',
  help: 'REST requests answered, by route and status',
  labelNames: ['route', 'status'] as const,
})

const durations = new Histogram({
  name: 'chat_http_request_seconds',
  help: 'Time from a REST request to its answer, by route; waiting for `Prefer: wait` included',
  labelNames: ['route'] as const,
  buckets: LATENCY_BUCKETS_SECONDS,
})

/** The two of one route, whose label is its template; the counters of its statuses are found once each. */
export function metricsOfRoute(route: string) {
  return {
    duration: durations.labels({ route }),
    countOf: remember((status: number) => requests.labels({ route, status: String(status) })),
  }
}
