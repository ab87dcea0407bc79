import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry, register } from 'prom-client'

export { Counter, Gauge, Histogram }
export const metrics: Registry = register

/** Seconds from acceptance to a later step; shared by persister and delivery so that the steps compare. */
export const LATENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60]

export function collectProcessMetrics(): void {
  collectDefaultMetrics()
}
