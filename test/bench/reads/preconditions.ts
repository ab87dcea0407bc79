import { type Dirent, readdirSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { checkFolder, checkNoStack, makeFolder, PreconditionError } from '../preconditions.ts'
import type { ReadsOptions } from './options.ts'

const GIGABYTE = 1e9
/** Table, indexes, the sort of the seeding, and the log of the writes. */
const BYTES_A_MESSAGE = 700
const SPARE_BYTES = 6 * GIGABYTE

/** Looks for what would end or falsify the run later. Throws before anything is started. */
export async function checkPreconditions(options: ReadsOptions, folder: string): Promise<void> {
  checkNoStack()
  if (options.jsonFile !== undefined) checkFolder('--json', dirname(resolve(options.jsonFile)))
  if (options.dataDir !== undefined) {
    makeFolder(folder)
    checkFolder('--data', folder)
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const present = options.dataDir === undefined ? 0 : bytesIn(postgresDirOf(folder))
  const needed = neededBytes(options.sizes, present)
  if (free < needed)
    throw new PreconditionError(
      `${gigabytes(free)} GB free in ${folder}, ${gigabytes(needed)} are needed; TMPDIR or --data chooses another folder, --sizes less`,
    )
}

export function postgresDirOf(folder: string): string {
  return join(folder, 'postgres')
}

/** `present`: of databases that an earlier run left. */
export function neededBytes(sizes: number[], present = 0): number {
  const ofDatabases = sizes.reduce((sum, size) => sum + size * BYTES_A_MESSAGE, 0)
  return SPARE_BYTES + Math.max(0, ofDatabases - present)
}

function bytesIn(folder: string): number {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch {
    return 0
  }
  const sizes = entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => statSync(join(parentPath, name)).size)
  return sizes.reduce((sum, size) => sum + size, 0)
}

function gigabytes(bytes: number): string {
  return (bytes / GIGABYTE).toFixed(1)
}
