import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { type Postgres, startPostgres } from '../../infra/local/postgres.ts'
import { isZombie, startTimeOf } from '../../infra/local/process-identity.ts'

vi.setConfig({ testTimeout: 60_000 })

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

test('keeps data and durability over a stop and a start, and leaves no process', async () => {
  const dataDir = await temporaryFolder()
  const first = await start(dataDir)
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n')
  await first.stop()
  expect(startTimeOf(first.pid)).toBeUndefined()

  const second = await start(dataDir)
  expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  const settings = `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
    current_setting('listen_addresses') AS addresses, current_setting('server_encoding') AS encoding`
  expect(await query(second.url, settings)).toEqual([
    { fsync: 'on', commit: 'on', addresses: '127.0.0.1', encoding: 'UTF8' },
  ])
})

test('replaces the server that a killed supervisor left behind', async () => {
  const dataDir = await temporaryFolder()
  const orphan = await startAndKillSupervisor(dataDir)
  cleanup.push(() => startTimeOf(orphan) && process.kill(orphan, 'SIGQUIT'))
  expect(startTimeOf(orphan)).toBeDefined()

  const lines: string[] = []
  const server = await start(dataDir, line => lines.push(line))
  expect(startTimeOf(orphan)).toBeUndefined()
  expect(lines).toEqual([`stopped the server of an earlier run (process ${orphan})`])
  expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('waits for the pid of a server that was killed just now, and whose parent has not taken note yet', async () => {
  const dataDir = await temporaryFolder()
  const { supervisor, pid } = await startUnderSupervisor(dataDir)
  supervisor.kill('SIGSTOP')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isZombie(pid)).toBe(true)
  const starting = start(dataDir)
  setTimeout(() => supervisor.kill('SIGKILL'), 500)
  expect(await query((await starting).url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('a killed initialisation is made anew; somebody else’s folder is told and left alone', async () => {
  const dataDir = await temporaryFolder()
  await mkdir(`${dataDir}.unfinished`)
  await writeFile(join(`${dataDir}.unfinished`, 'PG_VERSION'), '18')
  const server = await start(dataDir)
  expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])

  const foreign = await temporaryFolder()
  await mkdir(foreign)
  await writeFile(join(foreign, 'PG_VERSION'), '18')
  await expect(start(foreign)).rejects.toThrow(
    `${foreign} is not a whole PostgreSQL 18 cluster; move or delete it`,
  )
})

test('tells in one line why the server does not start', async () => {
  const running = await start(await temporaryFolder())
  const port = Number(new URL(running.url).port)
  const attempt = startPostgres({ dataDir: await temporaryFolder(), port })
  await expect(attempt).rejects.toThrow(/^PostgreSQL did not start: .*FATAL.*\(log: .*\)$/)
})

async function start(dataDir: string, log?: (line: string) => void): Promise<Postgres> {
  const server = await startPostgres({ dataDir, port: 0, ...(log && { log }) })
  cleanup.push(() => server.stop())
  return server
}

async function startAndKillSupervisor(dataDir: string): Promise<number> {
  const { supervisor, pid } = await startUnderSupervisor(dataDir)
  supervisor.kill('SIGKILL')
  await once(supervisor, 'exit')
  return pid
}

async function startUnderSupervisor(dataDir: string): Promise<{ supervisor: ChildProcess; pid: number }> {
  const script = `
    const { startPostgres } = await import(process.argv[1])
    const { pid } = await startPostgres({ dataDir: process.argv[2], port: 0 })
    process.send(pid)`
  const module = new URL('../../infra/local/postgres.ts', import.meta.url).href
  const args = ['--input-type=module', '-e', script, module, dataDir]
  const supervisor = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [pid] = (await once(supervisor, 'message')) as [number]
  return { supervisor, pid }
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-local-postgres-'))
  cleanup.push(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'postgres')
}
