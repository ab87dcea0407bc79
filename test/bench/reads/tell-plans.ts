import { createRandom } from '../../faults/random.ts'
import { explainInWords, explainKept, statementsOf } from './measure/explain.ts'
import { WRITE_CASES } from './measure/measure-writes.ts'
import type { OpenDatabase } from './measure/open-database.ts'
import { chooseBatch } from './measure/store-batch.ts'
import type { ReadResult } from './results.ts'

type Say = (line: string) => void

/** Of the slowest call in the largest database. */
export async function tellReadPlans(largest: OpenDatabase, reads: ReadResult[], say: Say): Promise<void> {
  for (const { name, figures } of reads) {
    const slowest = figures.at(-1)?.slowest
    if (slowest === undefined) continue
    say(`\n${name}\n  ${(await explainInWords(largest.reader.pool, slowest)).join('\n  ')}`)
  }
}

/** Of the statements of each kind of commit, as a connection keeps them. */
export async function tellWritePlans({ population, writer }: OpenDatabase, say: Say): Promise<void> {
  const batch = chooseBatch(population, 1, createRandom('plans'))
  const kinds = await Promise.all(WRITE_CASES.map(({ store }) => statementsOf(db => store(db, batch))))
  const texts = kinds.flat().filter(({ parameters }) => parameters.length > 0)
  for (const text of new Set(texts.map(statement => statement.text)))
    say(`\n${text.trim().split('\n')[0]} …\n  ${(await explainKept(writer.pool, text)).join('\n  ')}`)
}
