import type { Random } from '../../../faults/random.ts'
import { type Spread, spreadOf } from '../../figures/percentiles.ts'
import type { OpenDatabase } from './open-database.ts'
import type { Batch } from './store-batch.ts'
import {
  chooseBatch,
  markBatchRead,
  type StoreBatch,
  storeInTransaction,
  storePlainly,
} from './store-batch.ts'

/** Commits of one kind at one size. */
export interface WriteFigures {
  size: number
  messagesPerSecond: number
  commitMs: Spread
  walBytesPerMessage: number
  /** Messages that were not stored or marked, and commits of another number of statements than they should have. */
  wrong: number
}

/** One kind of commit. */
export interface WriteCase {
  name: string
  perCommit: number
  /** BEGIN and COMMIT included. */
  statements: number
  /** Done before, and not measured. */
  prepare?: StoreBatch
  store: StoreBatch
}

const ROUNDS = 5
const WARM_UP_COMMITS = 8

const plainly = (perCommit: number): WriteCase => ({
  ...{ name: `inserts: ${perCommit} a commit`, perCommit, statements: 1, store: storePlainly },
})

export const BUSY_CASE = plainly(40)

/** A quiet message, a busy persister, and its largest commit; what takes a transaction; and receipts. */
export const WRITE_CASES: WriteCase[] = [
  plainly(1),
  BUSY_CASE,
  plainly(500),
  { name: 'inserts: 40 a commit, in a transaction', perCommit: 40, statements: 5, store: storeInTransaction },
  {
    name: 'receipts: 40 a commit',
    ...{ perCommit: 40, statements: 4, prepare: storePlainly, store: markBatchRead },
  },
]

/**
 * Stores messages of random conversations as the persister does, so many a commit, durably. The sizes take turns. All
 * begins right behind a checkpoint, after which every block is written to the log whole when it is first touched.
 */
export async function measureWrites(
  databases: OpenDatabase[],
  writeCase: WriteCase,
  messages: number,
  random: Random,
  signal: AbortSignal,
): Promise<WriteFigures[]> {
  const recorders = databases.map(database => createRecorder(database, writeCase, random))
  const commits = Math.max(1, Math.round(messages / writeCase.perCommit / ROUNDS))
  for (const recorder of recorders) await recorder.warmUp()
  await databases[0]?.writer.pool.query('CHECKPOINT')
  for (let round = 0; round < ROUNDS; round++)
    for (const recorder of recorders) {
      signal.throwIfAborted()
      await recorder.run(commits)
    }
  return recorders.map(recorder => recorder.figures())
}

function createRecorder({ size, writer, population }: OpenDatabase, writeCase: WriteCase, random: Random) {
  const { perCommit, statements, store } = writeCase
  const commitMs: number[] = []
  let walBytes = 0
  let wrong = 0

  /** No conversation comes twice: what is prepared for one batch is not used up by another. */
  async function prepare(commits: number): Promise<Batch[]> {
    const messages = chooseBatch(population, perCommit * commits, random)
    const batches = Array.from({ length: commits }, (_, n) =>
      messages.slice(n * perCommit, (n + 1) * perCommit),
    )
    for (const batch of batches) await writeCase.prepare?.(writer.db, batch)
    return batches
  }

  async function commit(batch: Batch): Promise<number> {
    const before = writer.statements()
    const startedAt = performance.now()
    const stored = await store(writer.db, batch)
    const tookMs = performance.now() - startedAt
    wrong += Number(writer.statements() - before !== statements) + perCommit - stored
    return tookMs
  }

  async function readWalPosition(): Promise<number> {
    const { rows } = await writer.pool.query(`SELECT pg_current_wal_insert_lsn() - '0/0' AS position`)
    return Number(rows[0].position)
  }

  return {
    /** So that the connection's plans are made. */
    async warmUp() {
      for (const batch of await prepare(WARM_UP_COMMITS)) await commit(batch)
    },
    async run(commits: number) {
      const batches = await prepare(commits)
      const position = await readWalPosition()
      for (const batch of batches) commitMs.push(await commit(batch))
      walBytes += (await readWalPosition()) - position
    },
    figures(): WriteFigures {
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
