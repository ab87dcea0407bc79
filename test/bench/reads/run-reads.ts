import { createRandom } from '../../faults/random.ts'
import { describeMachine } from '../report/describe-machine.ts'
import { formatNumber } from '../report/format-table.ts'
import { measureRead } from './measure/measure-read.ts'
import { BUSY_CASE, measureWrites, WRITE_CASES } from './measure/measure-writes.ts'
import { type OpenDatabase, openDatabase } from './measure/open-database.ts'
import { READ_CASES } from './measure/read-cases.ts'
import { fillLog, touchBlocks, warmUp } from './measure/warm-up.ts'
import type { ReadsOptions } from './options.ts'
import { postgresDirOf } from './preconditions.ts'
import type { ReadsResults } from './results.ts'
import { databaseOf } from './seed/seed-databases.ts'
import { measuring, startServer, urlOf } from './seed/start-server.ts'
import { tellReadPlans, tellWritePlans } from './tell-plans.ts'

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
  for (const { reader, writer } of databases) {
    await warmUp(reader.pool)
    for (const { pool } of [reader, writer]) await touchBlocks(pool)
  }
  const results = await startResults(databases)
  const run = { options, databases, results, signal, say }
  const largest = databases.at(-1) as OpenDatabase
  if (options.only !== 'writes') {
    await measureReads(run)
    if (options.plans) await tellReadPlans(largest, results.reads, say)
  }
  if (options.only !== 'reads') {
    await fillLog(largest.writer.pool)
    await measureAllWrites(run)
    if (options.plans) await tellWritePlans(largest, say)
  }
  return results
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
  // A server that has been writing for a while: whatever writes much first comes out slower among many messages.
  await measureWrites(databases, BUSY_CASE, options.writes, random.fork('before'), signal)
  for (const writeCase of WRITE_CASES) {
    const { name, perCommit } = writeCase
    const messages = perCommit === 1 ? Math.ceil(options.writes / 10) : options.writes
    const figures = await measureWrites(databases, writeCase, messages, random.fork(name), signal)
    results.writes.push({ name, figures })
    const speeds = figures.map(({ messagesPerSecond }) => formatNumber(messagesPerSecond))
    say(`${name}: ${speeds.join(' → ')} a second`)
  }
}
