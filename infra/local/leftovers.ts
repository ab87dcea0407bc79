import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTimeOf, waitForEnd } from './process-identity.ts'

/** The processes of a run, kept in a file so that the next run ends those that a kill of the supervisor left. */
export interface ProcessRecord {
  /** Ends what an earlier run left; gives the names. */
  endLeftovers(): Promise<string[]>
  add(name: string, pid: number): void
}

interface Entry {
  pid: number
  startTime: string | undefined
}

export function openProcessRecord(dataDir: string): ProcessRecord {
  const path = join(dataDir, 'processes.json')
  const entries: Record<string, Entry> = read(path)
  return {
    async endLeftovers() {
      const alive = Object.entries(entries).filter(([, entry]) => isSame(entry))
      await Promise.all(alive.map(([, { pid }]) => end(pid)))
      return alive.map(([name]) => name)
    },
    add(name, pid) {
      entries[name] = { pid, startTime: startTimeOf(pid) }
      writeFileSync(path, JSON.stringify(entries))
    },
  }
}

function read(path: string): Record<string, Entry> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}

function isSame({ pid, startTime }: Entry): boolean {
  return startTime !== undefined && startTimeOf(pid) === startTime
}

async function end(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM')
  if (await waitForEnd(pid, 5_000)) return
  process.kill(pid, 'SIGKILL')
  await waitForEnd(pid, 5_000)
}
