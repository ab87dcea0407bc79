import { Worker } from 'node:worker_threads'

export const SERVICES = ['ingress', 'gateway', 'persister', 'delivery'] as const
export type Service = (typeof SERVICES)[number]

export interface DescribedMetric {
  name: string
  type: string
  help: string
  labels: string[]
  /** Of a histogram. */
  buckets: number
  services: Service[]
}

/** Loads a service, which makes its metrics, and nothing more. */
const LOADER = `
import { parentPort, workerData } from 'node:worker_threads'
await import(workerData.service)
const { metrics } = await import(workerData.metrics)
parentPort.postMessage(
  metrics.getMetricsAsArray().map(({ name, type, help, labelNames = [], bucketValues = {} }) => ({
    name, type, help, labels: [...labelNames], buckets: Object.keys(bucketValues).length,
  })),
)
`

/** Our metrics, by name, as the code of each service makes them. */
export async function describeMetrics(): Promise<DescribedMetric[]> {
  const described = new Map<string, DescribedMetric>()
  const all = await Promise.all(SERVICES.map(async service => [service, await metricsOf(service)] as const))
  for (const [service, metrics] of all) {
    for (const metric of metrics) {
      const known = described.get(metric.name)
      if (known) known.services.push(service)
      else described.set(metric.name, { ...metric, services: [service] })
    }
  }
  return [...described.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** In a thread, so that each service has a registry of its own. */
function metricsOf(service: Service): Promise<Omit<DescribedMetric, 'services'>[]> {
  const urlOf = (path: string) => new URL(`../../${path}`, import.meta.url).href
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(LOADER)}`), {
    workerData: {
      service: urlOf(`services/${service}/start.ts`),
      metrics: urlOf('shared/metrics.ts'),
    },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
