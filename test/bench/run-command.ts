import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDataDir } from '../../infra/local/supervisor-lock.ts'
import { ConfigError } from '../../shared/config.ts'
import { UsageError } from './options.ts'
import { PreconditionError } from './preconditions.ts'

/** A benchmark as a command of its own. */
export interface BenchCommand<Options> {
  name: string
  help: string
  readOptions(args: string[]): Options | 'help'
  /** Gives the exit code. `folder` is empty, and removed at the end. */
  run(options: Options, folder: string, signal: AbortSignal, say: (line: string) => void): Promise<number>
}

/**
 * One benchmark at a time on a machine. Exit code 2 for a bad call, 130 for Ctrl-C, 1 for what spoils a run; what a
 * signal interrupts is cleaned up.
 */
export async function runCommand<Options>(command: BenchCommand<Options>): Promise<never> {
  const interrupted = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)))
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  try {
    const options = command.readOptions(process.argv.slice(2))
    if (options === 'help') say(command.help.trimEnd())
    else process.exitCode = await runInFolder(command, options, interrupted.signal, say)
  } catch (error) {
    process.exitCode = tellFailure(command.name, error, interrupted.signal)
  }
  process.exit()
}

async function runInFolder<Options>(
  command: BenchCommand<Options>,
  options: Options,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  using _lock = lockDataDir(join(tmpdir(), 'growzone-chat-bench'))
  const folder = mkdtempSync(join(tmpdir(), 'growzone-chat-bench-'))
  try {
    return await command.run(options, folder, signal, say)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function tellFailure(name: string, error: unknown, signal: AbortSignal): number {
  const isExpected = [UsageError, PreconditionError, ConfigError].some(kind => error instanceof kind)
  const reason = signal.aborted ? signal.reason.message : (error as Error).stack
  process.stderr.write(`${name}: ${isExpected ? (error as Error).message : reason}\n`)
  if (signal.aborted) return 130
  return error instanceof UsageError ? 2 : 1
}
