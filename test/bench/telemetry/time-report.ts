import '../../../services/ingress/start.ts'
import '../../../services/persister/start.ts'
import '../../../services/delivery/start.ts'
import '../../../services/gateway/start.ts'
import { createEmfReporter } from '../../../shared/emf/emf-reporter.ts'
import { Counter, Histogram, metrics } from '../../../shared/metrics.ts'

/** As many of each metric as a busy process has, or more. */
const SERIES = 20
const WARM_UP_REPORTS = 200
const REPORTS = 1_000

/** CPU of one line of metrics for CloudWatch, with the metrics of all services, ms; and its length, bytes. */
export async function timeReport(): Promise<{ cpuMs: number; bytes: number }> {
  countSomething()
  let bytes = 0
  const { report } = createEmfReporter({
    ...{ service: 'bench', stage: 'bench' },
    write: line => {
      bytes = Math.max(bytes, Buffer.byteLength(line))
    },
  })
  for (let n = 0; n < WARM_UP_REPORTS; n++) await report()
  countSomething()
  const before = process.cpuUsage()
  for (let n = 0; n < REPORTS; n++) await report()
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1_000 / REPORTS, bytes }
}

function countSomething(): void {
  for (const metric of metrics.getMetricsAsArray())
    for (let n = 0; n < SERIES; n++) {
      const { labelNames = [] } = metric as { labelNames?: readonly string[] }
      const labels = Object.fromEntries(labelNames.map(name => [name, String(n)]))
      if (metric instanceof Counter) metric.inc(labels)
      else if (metric instanceof Histogram) metric.observe(labels, n / 10)
    }
}
