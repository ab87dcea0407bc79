// Installs the dependencies when they are not those of package-lock.json. Runs on Node.js 18 and later.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

if (!isInstalled()) install()

/** npm writes what it installed to a lock file of its own, last of all, so an interrupted install counts as none. */
function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json')
  return (
    installed !== undefined &&
    Object.entries(readPackages('package-lock.json') ?? {}).every(([path, { version, ...flags }]) => {
      const mayBeAbsent = path === '' || flags.optional || flags.devOptional || flags.peer
      return installed[path] === undefined ? mayBeAbsent : installed[path].version === version
    })
  )
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages
  } catch {
    return undefined
  }
}

function install() {
  process.stdout.write('installing dependencies (npm ci), which takes a minute the first time …\n')
  const npm = process.env.npm_execpath
  const [command, ...args] = npm === undefined ? ['npm'] : [process.execPath, npm]
  const { status, error } = spawnSync(command, [...args, 'ci', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    stdio: 'inherit',
  })
  if (status === 0) return
  process.stderr.write(`npm ci failed (${error?.message ?? `exit code ${status}`}); see above\n`)
  process.exit(1)
}
