import { parseArgs } from 'node:util'
import { UsageError } from './options.ts'

export interface NumberOption {
  byDefault: number
  max: number
}

/** The options of a benchmark that takes whole numbers from 1 on and nothing else. Throws a UsageError for others. */
export function readNumberOptions<Name extends string>(
  args: string[],
  declared: Record<Name, NumberOption>,
): Record<Name, number> | 'help' {
  const names = Object.keys(declared) as Name[]
  const values = parse(args, names)
  if (values.help === true) return 'help'
  const numbers = names.map(name => [name, readNumber(name, values[name], declared[name])])
  return Object.fromEntries(numbers)
}

function parse(args: string[], names: string[]): Record<string, string | boolean | undefined> {
  const numbers = Object.fromEntries(names.map(name => [name, { type: 'string' } as const]))
  try {
    return parseArgs({ args, options: { ...numbers, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function readNumber(
  name: string,
  given: string | boolean | undefined,
  { byDefault, max }: NumberOption,
): number {
  if (given === undefined) return byDefault
  if (!/^\d{1,6}$/.test(String(given)) || Number(given) < 1 || Number(given) > max)
    throw new UsageError(`--${name} takes a whole number from 1 to ${max}, not ${given || 'nothing'}`)
  return Number(given)
}
