import { createWriteStream, mkdirSync, renameSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'

/** Opens the log of one process anew; that of the run before is kept as `<name>.previous.log`. */
export function openLog(logDir: string, name: string): WriteStream {
  const path = rotateLog(logDir, name)
  const stream = createWriteStream(path, { flags: 'a' })
  stream.on('error', () => {})
  return stream
}

export function rotateLog(logDir: string, name: string): string {
  mkdirSync(logDir, { recursive: true })
  const path = join(logDir, `${name}.log`)
  try {
    renameSync(path, join(logDir, `${name}.previous.log`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return path
}
