import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { socketsNeeded } from '../load/http-connections.ts'
import {
  checkDisk,
  checkFolder,
  checkNoStack,
  makeFolder,
  PreconditionError,
  readDescriptorLimit,
} from '../preconditions.ts'
import type { SocketsOptions } from './options.ts'

/** Looks for what would end or falsify the run later. Throws before anything is started. */
export async function checkPreconditions(options: SocketsOptions, folder: string): Promise<void> {
  if (process.platform !== 'linux')
    throw new PreconditionError('needs Linux: CPU and memory of the processes are read from /proc')
  checkNoStack()
  allowDescriptors(options.sockets)
  await checkDisk(folder)
  if (options.jsonFile !== undefined) checkFolder('--json', dirname(resolve(options.jsonFile)))
  if (options.profileDir !== undefined) {
    makeFolder(resolve(options.profileDir))
    checkFolder('--cpu-prof', resolve(options.profileDir))
  }
}

/** The processes started later have our limit. Node.js has raised the soft one as far as the hard one lets it. */
function allowDescriptors(sockets: number): void {
  const needed = socketsNeeded(sockets, false)
  if (descriptorLimit() < needed) raiseLimit(needed)
  const limit = descriptorLimit()
  if (limit < needed)
    throw new PreconditionError(
      `${limit} file descriptors a process, ${needed} are needed for ${sockets} sockets; raise ulimit -n or lower --sockets`,
    )
}

function descriptorLimit(): number {
  return readDescriptorLimit(readFileSync('/proc/self/limits', 'utf8'))
}

/** Where the account may. */
function raiseLimit(needed: number): void {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${needed}:${needed}`], {
      stdio: 'ignore',
    })
  } catch {
    // The limit that stays is told.
  }
}
