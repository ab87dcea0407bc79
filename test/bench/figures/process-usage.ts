import { readFileSync } from 'node:fs'

/** CPU and memory of processes, from proc(5). */

/** Linux tells CPU time in hundredths of a second, whatever the kernel's own tick. */
const MS_PER_TICK = 10

interface Ticks {
  own: number
  /** Of children that ended and were waited for. */
  endedChildren: number
}

/** CPU of one process since its start, ms. */
export function cpuMsOf(pid: number): number {
  return readTicks(pid).own * MS_PER_TICK
}

/** CPU of a process and all that it forked, also of those that have ended. */
export function cpuMsOfFamily(parent: number): number {
  const { own, endedChildren } = readTicks(parent)
  const living = childrenOf(parent).map(pid => ifAlive(() => readTicks(pid).own))
  return (own + endedChildren + sum(living)) * MS_PER_TICK
}

/** CPU that all processes together used, and that other guests of the host took, ms. */
export function machineCpuMs(): { busy: number; stolen: number } {
  return parseMachineTicks(readFileSync('/proc/stat', 'utf8'))
}

/** proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. */
export function parseMachineTicks(stat: string): { busy: number; stolen: number } {
  const ticks = stat.split('\n', 1)[0]?.split(/ +/).slice(1, 9).map(Number) ?? []
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = ticks
  return { busy: (user + nice + system + irq + softirq) * MS_PER_TICK, stolen: stolen * MS_PER_TICK }
}

export function rssMbOf(pid: number): number {
  return readKilobytes(`/proc/${pid}/status`, 'VmRSS') / 1024
}

/** What several processes share counts once. */
export function memoryMbOfFamily(parent: number): number {
  const pids = [parent, ...childrenOf(parent)]
  return sum(pids.map(pid => ifAlive(() => readKilobytes(`/proc/${pid}/smaps_rollup`, 'Pss')))) / 1024
}

/** The name in parentheses may hold anything, so fields are counted after the last one. */
export function parseTicks(stat: string): Ticks {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number)
  return { own: user + system, endedChildren: childUser + childSystem }
}

function readTicks(pid: number): Ticks {
  return parseTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return list.split(' ').filter(Boolean).map(Number)
}

function readKilobytes(file: string, key: string): number {
  return Number(readFileSync(file, 'utf8').match(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0)
}

/** A child may end between being listed and being read. */
function ifAlive(read: () => number): number {
  try {
    return read()
  } catch {
    return 0
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
