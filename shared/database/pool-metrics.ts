import type pg from 'pg'
import { Gauge } from '../metrics.ts'

const pools = new Set<pg.Pool>()

new Gauge({
  name: 'chat_database_pool_connections',
  help: 'Connections to PostgreSQL that are idle or busy, and statements waiting for one',
  labelNames: ['state'] as const,
  collect() {
    const counts = { idle: 0, busy: 0, waiting: 0 }
    for (const { totalCount, idleCount, waitingCount } of pools) {
      counts.idle += idleCount
      counts.busy += totalCount - idleCount
      counts.waiting += waitingCount
    }
    for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
  },
})

/** Counts the pool's connections until it is ended. */
export function watchPool(pool: pg.Pool): Disposable {
  pools.add(pool)
  return { [Symbol.dispose]: () => pools.delete(pool) }
}
