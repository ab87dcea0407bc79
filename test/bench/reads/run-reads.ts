import { createRandom } from '../../faults/random.ts'
import { describeMachine } from '../report/describe-machine.ts'
import { formatNumber } from '../report/format-table.ts'
import { explainInWords, explainKept, statementsOf } from './measure/explain.ts'
import { measureInserts } from './measure/measure-inserts.ts'
import { measureRead } from './measure/measure-read.ts'
import { type OpenDatabase, openDatabase } from './measure/open-database.ts'
import { READ_CASES } from './measure/read-cases.ts'
import { chooseBatch, storeBatch } from './measure/store-batch.ts'
import type { ReadsOptions } from './options.ts'
import { postgresDirOf } from './preconditions.ts'
import type { ReadsResults } from './results.ts'
import { databaseOf, seedDatabases } from './seed/seed-databases.ts'
import { MEASURING, startServer, urlOf } from './seed/start-server.ts'

interface Run {
  options: ReadsOptions
  databases: OpenDatabase[]
  results: ReadsResults
  signal: AbortSignal
  say(line: string): void
}

/** A quiet message, a busy persister, and its largest transaction. */
const MESSAGES_PER_COMMIT = [1, 40, 500]
const SEED = 'bench:reads'

/** One run: seeded, measured size against size, and ended. */
export async function runReads(
  options: ReadsOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ReadsResults> {
  const dataDir = postgresDirOf(folder)
  await seedDatabases({ dataDir, sizes: options.sizes, signal, say })
  await using started = new AsyncDisposableStack()
  const server = started.use(await startServer(dataDir, MEASURING, signal))
  const databases: OpenDatabase[] = []
  for (const size of options.sizes)
    databases.push(started.use(await openDatabase(urlOf(server, databaseOf(size)), size)))
  const results = await startResults(databases)
  const run = { options, databases, results, signal, say }
  await measureReads(run)
  if (options.plans) await tellReadPlans(run)
  await measureAllInserts(run)
  if (options.plans) await tellInsertPlans(run)
  return results
}

async function startResults(databases: OpenDatabase[]): Promise<ReadsResults> {
  const sizes = databases.map(async ({ size, reader }) => {
    const { rows } = await reader.pool.query<{ bytes: number; version: string }>(
      `SELECT pg_database_size(current_database()) AS bytes, current_setting('server_version') AS version`,
    )
    return { size, bytes: Number(rows[0]?.bytes), version: rows[0]?.version ?? '' }
  })
  const found = await Promise.all(sizes)
  return {
    machine: describeMachine(found[0]?.version ?? ''),
    databases: found.map(({ size, bytes }) => ({ size, bytes })),
    ...{ reads: [], inserts: [] },
  }
}

async function measureReads({ options, databases, results, signal, say }: Run): Promise<void> {
  const random = createRandom(SEED)
  for (const readCase of READ_CASES) {
    const { name, boundMs } = readCase
    const figures = await measureRead(databases, readCase, options.samples, random.fork(name), signal)
    const result = { name, boundMs, figures }
    results.reads.push(result)
    say(`${name}: p95 ${figures.map(({ serverMs }) => formatNumber(serverMs.p95)).join(' → ')} ms`)
  }
}

async function measureAllInserts({ options, databases, results, signal, say }: Run): Promise<void> {
  const random = createRandom(SEED).fork('inserts')
  for (const perCommit of MESSAGES_PER_COMMIT) {
    const messages = perCommit === 1 ? Math.ceil(options.inserts / 10) : options.inserts
    const figures = await measureInserts(databases, perCommit, messages, random, signal)
    results.inserts.push({ perCommit, figures })
    const speeds = figures.map(({ messagesPerSecond }) => formatNumber(messagesPerSecond))
    say(`inserts, ${perCommit} a commit: ${speeds.join(' → ')} msg/s`)
  }
}

/** Of the slowest call in the largest database. */
async function tellReadPlans({ databases, results, say }: Run): Promise<void> {
  const largest = databases.at(-1) as OpenDatabase
  for (const { name, figures } of results.reads) {
    const slowest = figures.at(-1)?.slowest
    if (slowest === undefined) continue
    say(`\n${name}\n  ${(await explainInWords(largest.reader.pool, slowest)).join('\n  ')}`)
  }
}

/** Of the statements of a commit, as a connection keeps them. */
async function tellInsertPlans({ databases, say }: Run): Promise<void> {
  const { population, writer } = databases.at(-1) as OpenDatabase
  const batch = chooseBatch(population, 1, createRandom(SEED))
  const statements = await statementsOf(db => storeBatch(db, batch))
  for (const { text } of statements.filter(({ parameters }) => parameters.length > 0))
    say(`\n${text.trim().split('\n')[0]} …\n  ${(await explainKept(writer.pool, text)).join('\n  ')}`)
}
