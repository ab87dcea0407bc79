import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '../../shared/config.ts'

/**
 * Takes a data folder for this process alone. The lock is the kernel's, held through SQLite: it ends with the
 * process however that ends, so there is no stale lock to recognise. The pid beside it only serves the message.
 */
export function lockDataDir(dataDir: string): Disposable {
  prepareFolder(dataDir)
  const pidFile = join(dataDir, 'supervisor.pid')
  const database = new DatabaseSync(join(dataDir, 'supervisor.lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new ConfigError(
      `is already running on ${dataDir} (process ${readPid(pidFile)}); stop that one first`,
      {
        cause: error,
      },
    )
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  return { [Symbol.dispose]: () => database.close() }
}

function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new ConfigError(`cannot write to ${dataDir} (${reason}); LOCAL_DATA_DIR chooses another folder`, {
      cause: error,
    })
  }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
