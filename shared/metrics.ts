import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry, register } from 'prom-client'

export { Counter, Gauge, Histogram }
export const metrics: Registry = register

/** Seconds from acceptance to a later step; shared by persister and delivery so that the steps compare. */
export const LATENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60]

/** The counter for each value of a counter's only label. Found once: prom-client looks it up at greater cost than it counts. */
export function countersBy<Label extends string>(counter: Counter<Label>, label: Label) {
  const counters = new Map<string, Counter.Internal>()
  return (value: string): Counter.Internal => {
    let found = counters.get(value)
    if (found === undefined) {
      found = counter.labels({ [label]: value } as Record<Label, string>)
      counters.set(value, found)
    }
    return found
  }
}

export function collectProcessMetrics(): void {
  collectDefaultMetrics()
}
