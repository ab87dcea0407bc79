/**
 * Metrics as CloudWatch embedded metric format: JSON lines from which CloudWatch Logs takes metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { metrics } from '../metrics.ts'
import { EMF_METRICS, EMF_NAMESPACE, type EmfMetric } from './emf-metrics.ts'

/** A histogram as AWS's own libraries write it: at most 100 values, each with how often it occurred. */
interface Distribution {
  Values: number[]
  Counts: number[]
  Max: number
  Min: number
  Count: number
  Sum: number
}

interface Sample {
  value: number
  labels: Partial<Record<string, string | number>>
  /** Of a histogram: `…_bucket`, `…_sum` or `…_count`. */
  metricName?: string
}

export interface EmfReporter {
  /** Writes one line with what has happened since the last one; none where there is nothing to tell. */
  report(): Promise<void>
}

const MS_PER_SECOND = 1_000

/** `onlyChanges`: counters that did not move, and gauges, are left out. */
export function createEmfReporter(options: {
  service: string
  stage: string
  write: (line: string) => void
  onlyChanges?: boolean
}): EmfReporter {
  const { service, stage, write, onlyChanges = false } = options
  /** The last value of every counter and bucket that was told. */
  const told = new Map<string, number>()

  function sinceTold(key: string, value: number): number {
    const before = told.get(key) ?? 0
    told.set(key, value)
    return value - before
  }

  function measure({ name, from, where = () => true }: EmfMetric, type: string, samples: Sample[]) {
    const counted = samples.filter(({ labels }) => where(labels))
    if (type === 'histogram') return distributionOf(name, from, counted)
    const sum = counted.reduce((total, { value }) => total + value, 0)
    if (type === 'gauge') return onlyChanges ? undefined : sum
    const added = sinceTold(name, sum)
    return onlyChanges && added === 0 ? undefined : added
  }

  /** Each observation counts as the upper bound of its bucket; beyond the last bound, as that. */
  function distributionOf(name: string, from: string, samples: Sample[]): Distribution | undefined {
    const below = new Map<number, number>()
    let sum = 0
    for (const { metricName, labels, value } of samples) {
      if (metricName === `${from}_sum`) sum += value
      if (metricName !== `${from}_bucket`) continue
      const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
      below.set(bound, (below.get(bound) ?? 0) + value)
    }
    const bounds = [...below.keys()].toSorted((a, b) => a - b)
    const highest = bounds.findLast(Number.isFinite) ?? 0
    const counts = new Map<number, number>()
    let before = 0
    for (const bound of bounds) {
      const upTo = sinceTold(`${name} ${bound}`, below.get(bound) as number)
      const value = Math.min(bound, highest) * MS_PER_SECOND
      if (upTo > before) counts.set(value, (counts.get(value) ?? 0) + upTo - before)
      before = upTo
    }
    const added = sinceTold(`${name} sum`, sum) * MS_PER_SECOND
    const values = [...counts.keys()]
    if (values.length === 0) return undefined
    return {
      ...{ Values: values, Counts: [...counts.values()] },
      ...{ Max: Math.max(...values), Min: Math.min(...values), Count: before, Sum: added },
    }
  }

  return {
    async report() {
      const found: Record<string, number | Distribution> = {}
      for (const metric of EMF_METRICS) {
        const { type, values } = (await metrics.getSingleMetric(metric.from)?.get()) ?? {}
        if (type === undefined) continue
        const value = measure(metric, type as unknown as string, values as Sample[])
        if (value !== undefined) found[metric.name] = value
      }
      const written = EMF_METRICS.filter(({ name }) => name in found)
      if (written.length === 0) return
      const directive = {
        Namespace: EMF_NAMESPACE,
        Dimensions: [['Service', 'Stage']],
        Metrics: written.map(({ name, unit }) => ({ Name: name, Unit: unit })),
      }
      const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] }
      write(`${JSON.stringify({ _aws, Service: service, Stage: stage, ...found })}\n`)
    },
  }
}
