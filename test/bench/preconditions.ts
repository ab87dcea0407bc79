import { accessSync, constants, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { commandOf } from '../../infra/local/process-identity.ts'
import { socketsNeeded } from './load/http-connections.ts'
import type { BenchOptions } from './options.ts'

/** Something about this machine that spoils the run; the message is one line. */
export class PreconditionError extends Error {
  override readonly name = 'PreconditionError'
}

const GIGABYTE = 1e9
const NEEDED_BYTES = 3 * GIGABYTE
const STACK_PROCESS = /growzone-chat\.mjs (local|ingress|gateway|persister|delivery)\b/

/** Looks for what would end or falsify the run later. Throws before anything is started. */
export async function checkPreconditions(options: BenchOptions, folder: string): Promise<void> {
  if (process.platform !== 'linux')
    throw new PreconditionError('needs Linux: CPU and memory of the processes are read from /proc')
  checkNoStack()
  await checkDisk(folder)
  checkFileDescriptors(options)
  if (options.jsonFile !== undefined) checkFolder('--json', dirname(resolve(options.jsonFile)))
  if (options.profileDir !== undefined) {
    makeFolder(resolve(options.profileDir))
    checkFolder('--cpu-prof', resolve(options.profileDir))
  }
}

export async function checkDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free < NEEDED_BYTES)
    throw new PreconditionError(
      `${(free / GIGABYTE).toFixed(1)} GB free in ${folder}, ${NEEDED_BYTES / GIGABYTE} are needed; TMPDIR chooses another folder`,
    )
}

function checkFileDescriptors({ pairs, senderSockets }: BenchOptions): void {
  const needed = socketsNeeded(Math.max(...pairs), senderSockets)
  const limit = readDescriptorLimit(readFileSync('/proc/self/limits', 'utf8'))
  if (limit < needed)
    throw new PreconditionError(
      `${limit} file descriptors a process, ${needed} are needed for ${Math.max(...pairs)} pairs; raise ulimit -n or lower --pairs`,
    )
}

export function readDescriptorLimit(limits: string): number {
  const soft = limits.match(/^Max open files\s+(\S+)/m)?.[1]
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

/** A stack that runs would be measured with ours, or keep its ports. */
export function checkNoStack(): void {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const running = pids.map(Number).find(pid => STACK_PROCESS.test(commandOf(pid)))
  if (running !== undefined)
    throw new PreconditionError(`a stack is already running (process ${running}); stop that one first`)
}

export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    // `checkFolder` tells what is wrong with it.
  }
}

export function checkFolder(flag: string, folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new PreconditionError(
      `${flag}: cannot write to ${folder} (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}
