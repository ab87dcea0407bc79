import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The processes of a running stack, to be stopped and killed from outside. */

export async function recordedPids(dataDir: string): Promise<Record<string, number>> {
  const processes: Record<string, { pid: number }> = JSON.parse(
    await readFile(join(dataDir, 'processes.json'), 'utf8'),
  )
  return Object.fromEntries(Object.entries(processes).map(([name, { pid }]) => [name, pid]))
}

/** The server, first, and the processes that it made. */
export async function postgresPids(dataDir: string): Promise<number[]> {
  const [line] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  const postmaster = Number(line)
  return [postmaster, ...(await childrenOf(postmaster))]
}

function childrenOf(pid: number): Promise<number[]> {
  return new Promise(resolve => {
    execFile('pgrep', ['-P', String(pid)], (_, output) =>
      resolve(output.split('\n').filter(Boolean).map(Number)),
    )
  })
}

/** To each that is still there. */
export function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Not even a zombie is left: PostgreSQL takes one for a server that still runs. */
export function areGone(pids: number[]): boolean {
  return pids.every(pid => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })
}
