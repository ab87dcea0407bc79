import { globSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Written last of all, so that a build that was cut off counts as none. Bears the time at which the build began. */
const MARK = '.built'

/** Whether a build is there that began after the last change of what it is made of. */
export function isBuilt(folder: string, root: string, sources: string[]): boolean {
  const builtAt = changedAt(join(folder, MARK))
  if (builtAt === undefined) return false
  const exclude = (path: string) => /(^|\/)(node_modules|dist)$/.test(path)
  const files = globSync([...sources.map(source => `${source}/**/*`), 'package-lock.json'], {
    cwd: root,
    exclude,
  })
  return files.every(file => (changedAt(join(root, file)) ?? 0) <= builtAt)
}

export function markBuilt(folder: string, startedAt: Date): void {
  const mark = join(folder, MARK)
  writeFileSync(mark, '')
  utimesSync(mark, startedAt, startedAt)
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
