import { Counter, countersBy, Histogram, LATENCY_BUCKETS_SECONDS } from '../../shared/metrics.ts'

const pushes = new Counter({
  name: 'chat_delivery_pushes_total',
  help: 'Pushes to connections: pushed, gone (closed), dropped (failed, its connection closed) or failed (retried)',
  labelNames: ['outcome'] as const,
})

const events = new Counter({
  name: 'chat_delivery_events_total',
  help: 'Events taken from the queue: delivered, stale (typing too old), expired (given up), retried or invalid',
  labelNames: ['outcome'] as const,
})

export const pushesCounter = countersBy(pushes, 'outcome')
export const eventsCounter = countersBy(events, 'outcome')

export const acceptToPush = new Histogram({
  name: 'chat_delivery_accept_to_push_seconds',
  help: 'From the acceptance of a message, or the time of another event, to its push',
  buckets: LATENCY_BUCKETS_SECONDS,
})
