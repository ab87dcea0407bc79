import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { PreconditionError } from '../preconditions.ts'
import type { ReadsOptions } from './options.ts'

const GIGABYTE = 1e9
/** Table, indexes, the sort of the seeding, and the log of the inserts. */
const BYTES_A_MESSAGE = 700
const SPARE_BYTES = 3 * GIGABYTE

/** Looks for what would end the run later. Throws before anything is started. */
export async function checkPreconditions(options: ReadsOptions, folder: string): Promise<void> {
  if (options.jsonFile !== undefined) checkWritable('--json', dirname(resolve(options.jsonFile)))
  if (options.dataDir !== undefined) checkDataDir(folder)
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const isSeeded = options.dataDir !== undefined && existsSync(postgresDirOf(folder))
  const needed = neededBytes(isSeeded ? [] : options.sizes)
  if (free < needed)
    throw new PreconditionError(
      `${gigabytes(free)} GB free in ${folder}, ${gigabytes(needed)} are needed; TMPDIR or --data chooses another folder, --sizes less`,
    )
}

export function postgresDirOf(folder: string): string {
  return join(folder, 'postgres')
}

export function neededBytes(sizes: number[]): number {
  return SPARE_BYTES + sizes.reduce((sum, size) => sum + size * BYTES_A_MESSAGE, 0)
}

function gigabytes(bytes: number): string {
  return (bytes / GIGABYTE).toFixed(1)
}

function checkDataDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    // Told below, with its reason.
  }
  checkWritable('--data', folder)
}

function checkWritable(flag: string, folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new PreconditionError(`${flag}: cannot write to ${folder} (${reason})`)
  }
}
