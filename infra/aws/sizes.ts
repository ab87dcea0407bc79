/** How large each stage is. A task's CPU is in 1/1,024 of a core, its memory in MiB. */
export const STAGE_NAMES = ['dev', 'prod'] as const
export type StageName = (typeof STAGE_NAMES)[number]

/** Connections to the database that one task holds open at most. */
export const POOL_SIZE = 10

export interface ServiceSize {
  cpu: number
  memoryMiB: number
  minTasks: number
  maxTasks: number
}

export interface StageSize {
  /** Data outlives the stack, nothing is deleted by mistake, and alarms are sent at night. */
  isProtected: boolean
  zones: number
  natGateways: number
  logDays: 7 | 30
  ingress: ServiceSize
  persister: ServiceSize
  delivery: ServiceSize
  /** Tasks of each worker that do not run on spot capacity, which may be taken away. */
  steadyTasks: number
  /** Of a new database. `maxConnections` is what RDS allows an instance of this class. */
  database: {
    instanceType: string
    storageGiB: number
    multiAz: boolean
    backupDays: number
    maxConnections: number
  }
}

export const SIZES: Record<StageName, StageSize> = {
  dev: {
    isProtected: false,
    zones: 2,
    natGateways: 1,
    logDays: 7,
    ingress: { cpu: 256, memoryMiB: 512, minTasks: 1, maxTasks: 2 },
    persister: { cpu: 256, memoryMiB: 512, minTasks: 1, maxTasks: 2 },
    delivery: { cpu: 256, memoryMiB: 512, minTasks: 1, maxTasks: 2 },
    steadyTasks: 0,
    database: {
      instanceType: 't4g.small',
      storageGiB: 20,
      multiAz: false,
      backupDays: 1,
      maxConnections: 190,
    },
  },
  prod: {
    isProtected: true,
    zones: 3,
    natGateways: 3,
    logDays: 30,
    ingress: { cpu: 512, memoryMiB: 1024, minTasks: 3, maxTasks: 12 },
    persister: { cpu: 512, memoryMiB: 1024, minTasks: 2, maxTasks: 6 },
    delivery: { cpu: 512, memoryMiB: 1024, minTasks: 2, maxTasks: 12 },
    steadyTasks: 1,
    database: {
      instanceType: 'm7g.large',
      storageGiB: 100,
      multiAz: true,
      backupDays: 14,
      maxConnections: 800,
    },
  },
}

/** Connections that all tasks together hold open at most. */
export function poolOf({ ingress, persister }: StageSize): number {
  return (ingress.maxTasks + persister.maxTasks) * POOL_SIZE
}
