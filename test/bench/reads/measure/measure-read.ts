import type { Random } from '../../../faults/random.ts'
import { type Spread, spreadOf } from '../../figures/percentiles.ts'
import { type Explanation, explain, type Statement, statementsOf } from './explain.ts'
import type { OpenDatabase } from './open-database.ts'
import type { ReadCase } from './read-cases.ts'

/** One read at one size. */
export interface ReadFigures {
  size: number
  serverMs: Spread
  planningMs: Spread
  clientMs: Spread
  /** Blocks of the median call. */
  hitBlocks: number
  readBlocks: number
  /** Calls that took another number of statements than one, or gave another number of answers than they should. */
  wrong: number
  slowest: Statement
}

/** The sizes take turns in rounds: the machine's speed drifts. */
const ROUNDS = 6
/** Before each turn, for the others have been at the buffers meanwhile. */
const WARM_UP_CALLS = 10

/** Half of the calls are timed, half explained: what one has read, the other would find in memory. */
export async function measureRead(
  databases: OpenDatabase[],
  readCase: ReadCase,
  samples: number,
  random: Random,
  signal: AbortSignal,
): Promise<ReadFigures[]> {
  const recorders = databases.map(database => createRecorder(database, readCase, random))
  const calls = Math.ceil(samples / 2 / ROUNDS)
  for (let round = 0; round < ROUNDS; round++)
    for (const recorder of recorders) {
      signal.throwIfAborted()
      for (let call = 0; call < WARM_UP_CALLS; call++) await recorder.warmUp()
      for (let call = 0; call < calls; call++) {
        await recorder.time()
        await recorder.explain()
      }
    }
  return recorders.map(recorder => recorder.figures())
}

function createRecorder({ size, reader, population }: OpenDatabase, readCase: ReadCase, random: Random) {
  const clientMs: number[] = []
  const explanations: (Explanation & { statement: Statement })[] = []
  let wrong = 0

  async function call(): Promise<number> {
    const run = readCase.choose(population, random)
    const before = reader.statements()
    const startedAt = performance.now()
    const answers = await run(reader.db)
    const tookMs = performance.now() - startedAt
    if (reader.statements() - before !== 1 || answers !== readCase.answers) wrong++
    return tookMs
  }

  return {
    async warmUp() {
      await call()
      const [statement] = await statementsOf(readCase.choose(population, random))
      await explain(reader.pool, statement as Statement)
    },
    async time() {
      clientMs.push(await call())
    },
    async explain() {
      const [statement] = await statementsOf(readCase.choose(population, random))
      explanations.push({
        ...(await explain(reader.pool, statement as Statement)),
        statement: statement as Statement,
      })
    },
    figures(): ReadFigures {
      const spread = (figure: keyof Explanation) =>
        spreadOf(explanations.map(explanation => explanation[figure])) as Spread
      const [slowest] = explanations.toSorted((a, b) => b.serverMs - a.serverMs)
      return {
        size,
        serverMs: spread('serverMs'),
        planningMs: spread('planningMs'),
        clientMs: spreadOf(clientMs) as Spread,
        hitBlocks: spread('hitBlocks').p50,
        readBlocks: spread('readBlocks').p50,
        wrong,
        slowest: slowest?.statement as Statement,
      }
    },
  }
}
