import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { sleep } from '../../shared/lifecycle.ts'

/**
 * The start time of a living process, which tells it from a later one that got the same pid.
 * Undefined when it is gone; a zombie counts as gone.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)
  } catch {
    return undefined
  }
}

/** proc_pid_stat(5): the name in parentheses may hold anything, so fields are counted after the last one. */
function startTimeFromProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}

function startTimeFromPs(pid: number): string | undefined {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim()
}

/** The command line of a living process. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** Ended, but its parent has not asked for its end yet, so that it still has its pid. */
export function isZombie(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return startTimeOf(pid) === undefined
  } catch {
    return false
  }
}

/** Waits until a process that is not our child has ended; false when it outlives the time. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const startTime = startTimeOf(pid)
  const deadline = Date.now() + timeoutMs
  while (startTimeOf(pid) === startTime && startTime !== undefined) {
    if (Date.now() > deadline) return false
    await sleep(20)
  }
  return true
}
