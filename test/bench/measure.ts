import { buildFigures, type Figures } from './figures/figures.ts'
import { type Snapshot, takeSnapshot } from './figures/take-snapshot.ts'
import type { LoadJob, WindowEdge } from './load/load-protocol.ts'
import type { Load } from './load/start-load.ts'
import type { PostgresServer } from './systems/postgres-server.ts'
import type { System } from './systems/system.ts'

export interface LoadedSystem {
  system: System
  load: Load
}

/** Runs one job against one system, the others at rest, and counts what it took. */
export async function measure(
  { system, load }: LoadedSystem,
  postgres: PostgresServer,
  job: LoadJob,
): Promise<Figures> {
  await postgres.checkpoint()
  const edges = new Map<WindowEdge, Promise<Snapshot>>()
  const result = await load.run(job, edge => {
    const snapshot = takeSnapshot(system, load.pid, postgres)
    // Looked at below, when the load has come to its end.
    snapshot.catch(() => {})
    edges.set(edge, snapshot)
  })
  const [before, after] = await Promise.all([edges.get('opened'), edges.get('closed')])
  return buildFigures(result, before as Snapshot, after as Snapshot)
}
