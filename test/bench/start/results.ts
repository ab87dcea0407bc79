import { summarise } from '../figures/percentiles.ts'
import type { Machine } from '../report/describe-machine.ts'

export const SERVICES = ['ingress', 'gateway', 'persister', 'delivery'] as const
export type ServiceName = (typeof SERVICES)[number]

/** All that a run found out. Times in ms, one for each start. */
export interface StartResults {
  machine: Machine
  local: { fresh: number[]; existing: number[] }
  services: Record<ServiceName, number[]>
  lambda: { bytes: number; packages: [name: string, bytes: number][]; initMs: number[] }
  /** What `npm ci --omit=dev` would put on the disk. */
  installed: { bytes: number; packages: [name: string, bytes: number][] }
}

export interface Bound {
  name: string
  must: number
  measured: number
}

const MAX_LOCAL_SECONDS = 5
const MAX_SERVICE_SECONDS = 1
const MAX_BUNDLE_KILOBYTES = 500
const MAX_INIT_MS = 150

export function buildBounds({ local, services, lambda }: StartResults): Bound[] {
  const seconds = (ms: number[]) => summarise(ms).median / 1_000
  return [
    { name: 'npm start, new data, s', must: MAX_LOCAL_SECONDS, measured: seconds(local.fresh) },
    { name: 'npm start, kept data, s', must: MAX_LOCAL_SECONDS, measured: seconds(local.existing) },
    ...SERVICES.map(name => ({
      name: `${name} ready, s`,
      must: MAX_SERVICE_SECONDS,
      measured: seconds(services[name]),
    })),
    { name: 'Lambda bundle, kB', must: MAX_BUNDLE_KILOBYTES, measured: lambda.bytes / 1_000 },
    { name: 'Lambda init, ms', must: MAX_INIT_MS, measured: summarise(lambda.initMs).median },
  ]
}

export function isReached({ must, measured }: Bound): boolean {
  return measured <= must
}
