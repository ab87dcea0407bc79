import { dirname, resolve } from 'node:path'
import { checkDisk, checkFolder, checkNoStack, PreconditionError } from '../preconditions.ts'
import type { StartOptions } from './options.ts'

/** Looks for what would end or falsify the run later. Throws before anything is started. */
export async function checkPreconditions(options: StartOptions, folder: string): Promise<void> {
  if (process.platform !== 'linux')
    throw new PreconditionError('needs Linux: running processes are found in /proc')
  checkNoStack()
  await checkDisk(folder)
  if (options.jsonFile !== undefined) checkFolder('--json', dirname(resolve(options.jsonFile)))
}
