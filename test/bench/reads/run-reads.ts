import type pg from 'pg'
import { createRandom } from '../../faults/random.ts'
import { describeMachine } from '../report/describe-machine.ts'
import { formatNumber } from '../report/format-table.ts'
import { explainInWords, explainKept, statementsOf } from './measure/explain.ts'
import { measureRead } from './measure/measure-read.ts'
import { measureWrites, WRITE_CASES } from './measure/measure-writes.ts'
import { type OpenDatabase, openDatabase } from './measure/open-database.ts'
import { READ_CASES } from './measure/read-cases.ts'
import { chooseBatch } from './measure/store-batch.ts'
import type { ReadsOptions } from './options.ts'
import { postgresDirOf } from './preconditions.ts'
import type { ReadsResults } from './results.ts'
import { databaseOf } from './seed/seed-databases.ts'
import { LOG_MEGABYTES, measuring, startServer, urlOf } from './seed/start-server.ts'

interface Run {
  options: ReadsOptions
  databases: OpenDatabase[]
  results: ReadsResults
  signal: AbortSignal
  say(line: string): void
}

const SEED = 'bench:reads'

/** One run over seeded databases, size against size. */
export async function runReads(
  options: ReadsOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ReadsResults> {
  const dataDir = postgresDirOf(folder)
  await using started = new AsyncDisposableStack()
  const server = started.use(await startServer(dataDir, measuring(options.buffers), signal))
  const databases: OpenDatabase[] = []
  for (const size of options.sizes)
    databases.push(started.use(await openDatabase(urlOf(server, databaseOf(size)), size)))
  for (const { reader } of databases) await warmUp(reader.pool)
  const results = await startResults(databases)
  const run = { options, databases, results, signal, say }
  if (options.only !== 'writes') {
    await measureReads(run)
    if (options.plans) await tellReadPlans(run)
  }
  if (options.only !== 'reads') {
    await fillLog(databases)
    await measureAllWrites(run)
    if (options.plans) await tellWritePlans(run)
  }
  return results
}

/** What is measured is a server that has been up for a while, not its disk. */
async function warmUp(pool: pg.Pool): Promise<void> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_prewarm')
  // First into the memory of the system, then as far as they go into the server's own.
  for (const mode of ['read', 'buffer'])
    await pool.query(
      `SELECT sum(pg_prewarm(oid, $1)) FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
      [mode],
    )
}

/** A server that has been up for a while writes its log over files it has; a new one makes them, which costs as much again. */
async function fillLog(databases: OpenDatabase[]): Promise<void> {
  await databases[0]?.reader.pool.query(
    `SELECT count(pg_logical_emit_message(false, 'bench:reads', repeat('x', 1048576))) FROM generate_series(1, $1::int)`,
    [LOG_MEGABYTES],
  )
}

async function startResults(databases: OpenDatabase[]): Promise<ReadsResults> {
  const sizes = databases.map(async ({ size, reader }) => {
    const { rows } = await reader.pool.query<{ bytes: number; version: string; buffers: string }>(
      `SELECT pg_database_size(current_database()) AS bytes, current_setting('server_version') AS version,
         current_setting('shared_buffers') AS buffers`,
    )
    return {
      size,
      bytes: Number(rows[0]?.bytes),
      version: rows[0]?.version ?? '',
      buffers: rows[0]?.buffers ?? '',
    }
  })
  const found = await Promise.all(sizes)
  return {
    machine: describeMachine(found[0]?.version ?? ''),
    buffers: found[0]?.buffers ?? '',
    databases: found.map(({ size, bytes }) => ({ size, bytes })),
    ...{ reads: [], writes: [] },
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

async function measureAllWrites({ options, databases, results, signal, say }: Run): Promise<void> {
  const random = createRandom(SEED).fork('writes')
  for (const writeCase of WRITE_CASES) {
    const { name, perCommit } = writeCase
    const messages = perCommit === 1 ? Math.ceil(options.writes / 10) : options.writes
    const figures = await measureWrites(databases, writeCase, messages, random.fork(name), signal)
    results.writes.push({ name, figures })
    const speeds = figures.map(({ messagesPerSecond }) => formatNumber(messagesPerSecond))
    say(`${name}: ${speeds.join(' → ')} a second`)
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

/** Of the statements of each kind of commit, as a connection keeps them. */
async function tellWritePlans({ databases, say }: Run): Promise<void> {
  const { population, writer } = databases.at(-1) as OpenDatabase
  const batch = chooseBatch(population, 1, createRandom(SEED))
  const kinds = await Promise.all(WRITE_CASES.map(({ store }) => statementsOf(db => store(db, batch))))
  const texts = kinds.flat().filter(({ parameters }) => parameters.length > 0)
  for (const text of new Set(texts.map(statement => statement.text)))
    say(`\n${text.trim().split('\n')[0]} …\n  ${(await explainKept(writer.pool, text)).join('\n  ')}`)
}
