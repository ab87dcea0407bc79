import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../../shared/config.ts'
import { sleep } from '../../shared/lifecycle.ts'
import type { Launcher } from './postgres-account.ts'
import { commandOf, isZombie, startTimeOf, waitForEnd } from './process-identity.ts'

const MAJOR_VERSION = '18'
export const SUPERUSER = 'postgres'
export const SUPERUSER_PASSWORD = 'postgres'
export const DATABASE = 'growzone_chat'
const REAPED_WITHIN_MS = 10_000

export interface Binaries {
  initdb: string
  postgres: string
}

interface Cluster {
  dataDir: string
  launcher: Launcher
  binaries: Binaries
}

/** Makes the cluster where there is none. It is made beside and renamed, so what `dataDir` holds is always whole. */
export async function ensureCluster({ dataDir, launcher, binaries }: Cluster): Promise<'made' | 'present'> {
  if (await isCluster(dataDir)) return 'present'
  const unfinished = `${dataDir}.unfinished`
  const passwordFile = `${dataDir}.password`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, SUPERUSER_PASSWORD)
  if (launcher.account !== undefined) {
    await chown(unfinished, launcher.account.uid, launcher.account.gid)
    await chown(passwordFile, launcher.account.uid, launcher.account.gid)
  }
  try {
    const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const access = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    await runToEnd(launcher, binaries.initdb, [`--pgdata=${unfinished}`, ...locale, ...access])
    await runToEnd(launcher, binaries.postgres, ['--single', '-D', unfinished, 'postgres'], createDatabase)
    await rename(unfinished, dataDir)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(unfinished, { recursive: true, force: true })
  }
  return 'made'
}

const createDatabase = `CREATE DATABASE ${DATABASE};\n`

async function isCluster(dataDir: string): Promise<boolean> {
  const entries = await readdir(dataDir).catch(() => [])
  if (entries.length === 0) return false
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '')
  if (version.trim() === MAJOR_VERSION && existsSync(join(dataDir, 'global/pg_control'))) return true
  throw new ConfigError(`${dataDir} is not a whole PostgreSQL ${MAJOR_VERSION} cluster; move or delete it`)
}

async function runToEnd(launcher: Launcher, binary: string, args: string[], input = ''): Promise<void> {
  const { file, args: allArgs, options } = launcher.command(binary, args)
  const child = spawn(file, allArgs, { ...options, stdio: ['pipe', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', chunk => {
    complaints += chunk
  })
  child.stdin.end(input)
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`PostgreSQL could not be initialised: ${firstComplaint(complaints)}`)
}

export function firstComplaint(text: string): string {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return lines.find(line => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'no reason given'
}

/**
 * Stops the server that a killed supervisor left on this very cluster. One that was killed just now may keep its pid
 * for a moment as a zombie, and the next server would take it for alive.
 */
export async function stopOrphan(dataDir: string): Promise<number | undefined> {
  const recorded = await recordedPostmaster(dataDir)
  if (recorded === undefined) return undefined
  const stopped = isPostmasterOf(dataDir, recorded) ? await stopPostmaster(recorded) : undefined
  const deadline = Date.now() + REAPED_WITHIN_MS
  while (isZombie(recorded) && Date.now() < deadline) await sleep(20)
  return stopped
}

async function stopPostmaster(pid: number): Promise<number> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal)
    if (await waitForEnd(pid, 10_000)) return pid
  }
  throw new Error(`the PostgreSQL server ${pid} of an earlier run does not end`)
}

async function recordedPostmaster(dataDir: string): Promise<number | undefined> {
  const [line] = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(line)
  return pid > 1 ? pid : undefined
}

function isPostmasterOf(dataDir: string, pid: number): boolean {
  return startTimeOf(pid) !== undefined && commandOf(pid).includes(`-D ${dataDir} `)
}
