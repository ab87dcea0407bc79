import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { ConfigError } from '../../shared/config.ts'

const run = promisify(execFile)

export interface Account {
  uid: number
  gid: number
}

/** How a PostgreSQL binary is spawned: as ourselves, or as an unprivileged account where we are root. */
export interface Launcher {
  account?: Account
  command(binary: string, args: string[]): { file: string; args: string[]; options: Partial<Account> }
}

/** PostgreSQL refuses to run as root; then the owner of the data, or an account made for such things, runs it. */
export async function chooseLauncher(initdb: string, dataDir: string, parent: string): Promise<Launcher> {
  if (process.getuid?.() !== 0) return { command: (file, args) => ({ file, args, options: {} }) }
  const account = await findAccount(dataDir)
  for (const launcher of [asAccount(account), asAccountPassingFolders(account)])
    if (await canRun(launcher, initdb, parent)) return launcher
  throw new ConfigError(
    `PostgreSQL does not run as root, and the account it would use (uid ${account.uid}) cannot reach ` +
      `${initdb} or ${parent}; run as an ordinary user, or put the clone where others may enter`,
  )
}

async function findAccount(dataDir: string): Promise<Account> {
  const owner = await stat(dataDir).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) return owner
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)])
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new ConfigError(
    'PostgreSQL does not run as root, and there is no account postgres or nobody to run it',
  )
}

async function idOf(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  return run('id', [flag, name]).then(
    ({ stdout }) => Number(stdout),
    () => undefined,
  )
}

function asAccount({ uid, gid }: Account): Launcher {
  return { account: { uid, gid }, command: (file, args) => ({ file, args, options: { uid, gid } }) }
}

/**
 * For a clone below a folder that only root may enter: the one capability that lets the account pass. The secure bit
 * makes access(2), by which PostgreSQL looks for its own files, count it too.
 */
function asAccountPassingFolders({ uid, gid }: Account): Launcher {
  const capability = '+dac_override'
  const flags = [
    ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'],
    ...[`--inh-caps=${capability}`, `--ambient-caps=${capability}`],
  ]
  return {
    account: { uid, gid },
    command: (binary, args) => ({
      file: 'setpriv',
      args: [...flags, binary, ...args],
      options: {},
    }),
  }
}

/** `--show` changes nothing, but finds and runs all that PostgreSQL consists of. */
async function canRun(launcher: Launcher, initdb: string, parent: string): Promise<boolean> {
  const script = 'cd "$1" && exec "$2" --show -D "$1"'
  const { file, args, options } = launcher.command('/bin/sh', ['-c', script, 'sh', parent, initdb])
  return run(file, args, options).then(
    () => true,
    () => false,
  )
}
