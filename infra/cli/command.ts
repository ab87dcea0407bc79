import type * as z from 'zod'
import { ConfigError } from '../../shared/config.ts'

/** One command of the CLI. What it needs beyond this is imported when it runs. */
export interface Command {
  summary: string
  /** What follows the name, as the usage line shows it. */
  operands?: string
  flags?: Record<string, Flag>
  /** The environment variables it reads. */
  settings: () => Promise<z.ZodObject>
  run(call: Call): Promise<void>
}

export interface Flag {
  meaning: string
  default?: string
  /** What the usage shows for its value; a switch has none. */
  value?: string
  isSwitch?: true
  /** May be given more than once; the values arrive comma-separated. */
  isRepeatable?: true
}

export interface Call {
  operands: string[]
  /** What was given or has a default; `true` for a switch. */
  flags: Record<string, string>
  env: NodeJS.ProcessEnv
}

/** A call that cannot be understood; told in one line with exit code 2, as a bad setting is. */
export class UsageError extends ConfigError {}

/** Stopped by the user, with everything put back; exit code 130, as shells have it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
