import type { Random } from '../../../faults/random.ts'
import { type Spread, spreadOf } from '../../figures/percentiles.ts'
import type { OpenDatabase } from './open-database.ts'
import { type Batch, chooseBatch, storeBatch } from './store-batch.ts'

/** Commits of one length at one size. */
export interface InsertFigures {
  size: number
  messagesPerSecond: number
  commitMs: Spread
  walBytesPerMessage: number
  /** Messages that did not get a place, and commits of another number of statements than five. */
  wrong: number
}

const ROUNDS = 5
/** BEGIN, lock, look for what is known, insert, COMMIT. */
const STATEMENTS_PER_COMMIT = 5

/**
 * Stores messages of random conversations as the persister does, so many a commit, durably. The sizes take turns;
 * each turn begins right behind a checkpoint, when every block that is touched is written to the log whole.
 */
export async function measureInserts(
  databases: OpenDatabase[],
  perCommit: number,
  messages: number,
  random: Random,
  signal: AbortSignal,
): Promise<InsertFigures[]> {
  const recorders = databases.map(database => createRecorder(database, perCommit, random))
  const commits = Math.max(1, Math.round(messages / perCommit / ROUNDS))
  for (const recorder of recorders) await recorder.warmUp()
  for (let round = 0; round < ROUNDS; round++)
    for (const recorder of recorders) {
      signal.throwIfAborted()
      await recorder.run(commits)
    }
  return recorders.map(recorder => recorder.figures())
}

function createRecorder({ size, writer, population }: OpenDatabase, perCommit: number, random: Random) {
  const commitMs: number[] = []
  let walBytes = 0
  let wrong = 0

  async function commit(batch: Batch): Promise<number> {
    const before = writer.statements()
    const startedAt = performance.now()
    const stored = await storeBatch(writer.db, batch)
    const tookMs = performance.now() - startedAt
    wrong += Number(writer.statements() - before !== STATEMENTS_PER_COMMIT) + perCommit - stored
    return tookMs
  }

  async function readWalPosition(): Promise<number> {
    const { rows } = await writer.pool.query(`SELECT pg_current_wal_insert_lsn() - '0/0' AS position`)
    return Number(rows[0].position)
  }

  return {
    /** So that the connection's plans are made. */
    async warmUp() {
      for (let n = 0; n < 8; n++) await commit(chooseBatch(population, perCommit, random))
    },
    async run(commits: number) {
      const batches = Array.from({ length: commits }, () => chooseBatch(population, perCommit, random))
      await writer.pool.query('CHECKPOINT')
      const position = await readWalPosition()
      for (const batch of batches) commitMs.push(await commit(batch))
      walBytes += (await readWalPosition()) - position
    },
    figures(): InsertFigures {
      const totalMs = commitMs.reduce((sum, ms) => sum + ms, 0)
      const count = commitMs.length * perCommit
      return {
        size,
        messagesPerSecond: (count / totalMs) * 1_000,
        commitMs: spreadOf(commitMs) as Spread,
        walBytesPerMessage: walBytes / count,
        wrong,
      }
    },
  }
}
