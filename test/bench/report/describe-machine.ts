import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export interface Machine {
  at: string
  cpu: string
  cores: number
  memoryGb: number
  kernel: string
  node: string
  postgres: string
  commit: string
  /** Switches of the services that the shell sets. */
  switches: Record<string, string>
}

export function describeMachine(postgresVersion: string): Machine {
  const cores = cpus()
  const switches = Object.entries(process.env).filter(([name]) => name.startsWith('CHAT_'))
  return {
    at: new Date().toISOString(),
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    postgres: postgresVersion,
    commit: readCommit(),
    switches: Object.fromEntries(switches) as Record<string, string>,
  }
}

function readCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}

export function tellMachine(machine: Machine): string {
  const { cores, cpu, memoryGb, node, postgres, commit, at, switches } = machine
  const set = Object.entries(switches).map(([name, value]) => ` ${name}=${value}`)
  return `${cores} × ${cpu}, ${memoryGb} GB, Node ${node}, PostgreSQL ${postgres}, commit ${commit}, ${at}${set.join('')}`
}
