import type { z } from 'zod'
import { ConfigError } from '../../shared/config.ts'

/** One command of the CLI. What it needs beyond this is imported when it runs. */
export interface Command {
  summary: string
  /** What follows the name, as the usage line shows it. */
  operands?: string
  flags?: Record<string, { meaning: string; default: string }>
  /** The environment variables it reads. */
  settings: () => Promise<z.ZodObject>
  run(call: Call): Promise<void>
}

export interface Call {
  operands: string[]
  flags: Record<string, string>
  env: NodeJS.ProcessEnv
}

/** A call that cannot be understood; told in one line with exit code 2, as a bad setting is. */
export class UsageError extends ConfigError {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
