import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry, register } from 'prom-client'

export { Counter, Gauge, Histogram }
export const metrics: Registry = register

/** Seconds from acceptance to a later step; shared by persister and delivery so that the steps compare. */
export const LATENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60]

/** The counter for each value of a counter's only label. Found once: prom-client looks it up at greater cost than it counts. */
export function countersBy<Label extends string>(counter: Counter<Label>, label: Label) {
  return remember((value: string) => counter.labels({ [label]: value } as Record<Label, string>))
}

/** The histogram for each value of a histogram's only label, found once likewise. */
export function histogramsBy<Label extends string>(histogram: Histogram<Label>, label: Label) {
  return remember((value: string) => histogram.labels({ [label]: value } as Record<Label, string>))
}

/** What `find` gives for a value, looked up once. */
export function remember<Value extends string | number, Found>(
  find: (value: Value) => Found,
): (value: Value) => Found {
  const known = new Map<Value, Found>()
  return value => {
    let found = known.get(value)
    if (found === undefined) {
      found = find(value)
      known.set(value, found)
    }
    return found
  }
}

/** ms between two looks at the event loop, which the lag that is told includes. At 10 a process that idles takes 0.7 % of a core. */
const EVENT_LOOP_LOOK_MS = 100

export function collectProcessMetrics(): void {
  collectDefaultMetrics({ eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS })
}
