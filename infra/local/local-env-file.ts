import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const LOCAL_ENV_FILE = 'local.env'

/** The settings of the running stack, for `node --env-file` and for a shell; readable by its owner alone. */
export function writeLocalEnv(dataDir: string, values: Record<string, string>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quote(value)}`)
  const heading = '# The running local stack, rewritten at every start.'
  writeFileSync(join(dataDir, LOCAL_ENV_FILE), `${[heading, ...lines].join('\n')}\n`, { mode: 0o600 })
}

/** Removed before a start, so that its presence tells that the stack has been ready. */
export function removeLocalEnv(dataDir: string): void {
  rmSync(join(dataDir, LOCAL_ENV_FILE), { force: true })
}

function quote(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`
}
