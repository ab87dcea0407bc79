import type { Target } from '../load/load-protocol.ts'

export const SYSTEM_NAMES = ['pipeline', 'direct', 'direct:tuned', 'direct:lean'] as const
export type SystemName = (typeof SYSTEM_NAMES)[number]

/** The processes of which the systems themselves consist; all others are emulators and helpers. */
export const OUR_PROCESSES = ['ingress', 'persister', 'delivery', 'gateway', 'server']

/** A running system under test. */
export interface System extends AsyncDisposable {
  readonly name: SystemName
  readonly target: Target
  /** As superuser. */
  readonly databaseUrl: string
  /** Process ids by name, without PostgreSQL. */
  readonly processes: Record<string, number>
  /** Where the processes tell their counters. */
  readonly metricsUrls: string[]
}
