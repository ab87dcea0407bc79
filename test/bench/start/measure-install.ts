import { execFile } from 'node:child_process'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { StartResults } from './results.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)

/** The files of the production dependencies, by package, the largest first. */
export async function measureInstall(): Promise<StartResults['installed']> {
  const args = ['ls', '--omit=dev', '--all', '--parseable']
  const { stdout } = await run('npm', args, { cwd: ROOT })
  const folders = stdout.split('\n').filter(folder => folder.includes('node_modules'))
  const packages = await Promise.all(
    [...new Set(folders)].map(async (folder): Promise<[string, number]> => {
      return [relative(join(ROOT, 'node_modules'), folder), await sizeOf(folder)]
    }),
  )
  return {
    bytes: packages.reduce((sum, [, bytes]) => sum + bytes, 0),
    packages: packages.toSorted(([, a], [, b]) => b - a),
  }
}

/** Without the packages that lie inside, which are listed by themselves. */
async function sizeOf(path: string): Promise<number> {
  const { size, isDirectory } = await lstat(path).then(stats => ({
    size: stats.size,
    isDirectory: stats.isDirectory(),
  }))
  if (!isDirectory) return size
  const names = (await readdir(path)).filter(name => name !== 'node_modules')
  const sizes = await Promise.all(names.map(name => sizeOf(join(path, name))))
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}
