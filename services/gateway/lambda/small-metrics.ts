/**
 * Stands in for `prom-client` in a Lambda function, at a fiftieth of its size. Counters count, for what is told before
 * each answer; nobody can ask a Lambda function for the rest, which is forgotten.
 */
type Labels = Record<string, string>

const counters = new Map<string, Counter>()

export class Counter {
  readonly #series = new Map<string, { labels: Labels; value: number }>()

  constructor({ name }: { name: string }) {
    counters.set(name, this)
  }

  labels(labels: Labels) {
    const key = JSON.stringify(labels)
    const series = this.#series.get(key) ?? { labels, value: 0 }
    this.#series.set(key, series)
    return {
      inc(by = 1) {
        series.value += by
      },
    }
  }

  inc(by = 1): void {
    this.labels({}).inc(by)
  }

  async get() {
    return { type: 'counter', values: [...this.#series.values()] }
  }
}

function forget(): void {}

const instrument = { inc: forget, dec: forget, set: forget, observe: forget, labels: () => instrument }

export function Gauge() {
  return instrument
}

export { Gauge as Histogram }

export const register = { getSingleMetric: (name: string) => counters.get(name) }

export function collectDefaultMetrics(): void {}
