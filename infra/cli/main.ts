import { parseArgs } from 'node:util'
import { ConfigError } from '../../shared/config.ts'
import { type Command, InterruptedError, print, UsageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { describeCommand, describeCommands } from './help.ts'

/** Runs one command to its end and gives the exit code: 2 for a bad call or setting, 1 for most other failures. */
export async function runCli(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(describeCommands(await loadAll()))
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) return fail('', `unknown command ${name}; --help lists them`, 2)
  try {
    await runCommand(name, await load(), rest, env)
    return 0
  } catch (error) {
    const detail = env.LOG_LEVEL === 'debug' || env.LOG_LEVEL === 'trace' ? stackOf(error) : messageOf(error)
    return fail(name, detail, exitCodeOf(error))
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return 2
  return error instanceof InterruptedError ? 130 : 1
}

async function loadAll(): Promise<[string, Command][]> {
  return Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]): Promise<[string, Command]> => [name, await load()]),
  )
}

async function runCommand(name: string, command: Command, args: string[], env: NodeJS.ProcessEnv) {
  const { values, positionals } = parse(command, args)
  if (values.help === true) return print(await describeCommand(name, command))
  if (positionals.length > (command.operands?.split(' ').length ?? 0))
    throw new UsageError(`does not take ${positionals.at(-1)}; --help tells the usage`)
  const flags = Object.entries(command.flags ?? {}).flatMap(([flag, { default: value }]) => {
    const given = values[flag] ?? value
    return given === undefined ? [] : [[flag, String(given)]]
  })
  await command.run({ operands: positionals, flags: Object.fromEntries(flags), env })
}

interface Parsed {
  values: Record<string, unknown>
  positionals: string[]
}

function parse(command: Command, args: string[]): Parsed {
  const flags = Object.entries(command.flags ?? {}).map(
    ([flag, { isSwitch, isRepeatable = false }]) =>
      [flag, { type: isSwitch ? 'boolean' : 'string', multiple: isRepeatable }] as const,
  )
  const options = { ...Object.fromEntries(flags), help: { type: 'boolean', short: 'h' } } as const
  try {
    return parseArgs({ args, allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(messageOf(error).split('. ')[0], { cause: error })
  }
}

function fail(name: string, message: string, exitCode: number): number {
  process.stderr.write(`growzone-chat${name && ` ${name}`}: ${message}\n`)
  return exitCode
}

/** The first line; for a connection refused at every address of a host, that of the first address. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  const message = error instanceof Error ? error.message || error.name : String(error)
  return message.split('\n')[0] ?? message
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
