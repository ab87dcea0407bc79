import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface ReadsOptions {
  /** Messages of each database, the smallest first; each is held against it. */
  sizes: number[]
  /** Random calls of each read, at each size: half are timed, half explained. */
  samples: number
  /** Messages that each kind of insert stores, at each size. */
  inserts: number
  plans: boolean
  /** Keeps the databases, for the next run with the same folder. */
  dataDir: string | undefined
  jsonFile: string | undefined
}

const MIN_SIZE = 50_000
const MAX_SIZE = 100_000_000
const FACTORS: Record<string, number> = { '': 1, k: 1_000, m: 1_000_000 }

const DEFAULTS = { sizes: '100k,10m', samples: '600', inserts: '20000' }

export const HELP = `npm run bench:reads -- [options]

Seeds databases of several sizes, and times the chat's reads and inserts in all of them, in turns.

  --sizes 100k,10m   messages of each database, from 50k to 100m (default ${DEFAULTS.sizes})
  --samples N        random calls of each read at each size (default ${DEFAULTS.samples})
  --inserts N        messages of each kind of insert at each size (default ${DEFAULTS.inserts})
  --plans            the plan of the slowest call of each statement, in the largest database
  --data DIR         keeps the databases in DIR, and uses those that a run before left there
  --json FILE        all figures as JSON
  --help
`

export function readOptions(args: string[]): ReadsOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  return {
    sizes: [...new Set(values.sizes.split(',').map(readSize))].sort((a, b) => a - b),
    samples: readNumber('samples', values.samples, 20, 100_000),
    inserts: readNumber('inserts', values.inserts, 500, 1_000_000),
    plans: values.plans === true,
    dataDir: values.data,
    jsonFile: values.json,
  }
}

function parse(args: string[]) {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const
  try {
    return parseArgs({
      args,
      options: {
        ...{ sizes: text('sizes'), samples: text('samples'), inserts: text('inserts') },
        ...{ data: { type: 'string' }, json: { type: 'string' }, plans: { type: 'boolean' } },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function readSize(text: string): number {
  const [, digits = '', unit = ''] = text.match(/^(\d{1,9})([km]?)$/i) ?? []
  const size = Number(digits) * (FACTORS[unit.toLowerCase()] ?? 0)
  if (digits === '' || size < MIN_SIZE || size > MAX_SIZE)
    throw new UsageError(`--sizes takes numbers of messages from 50k to 100m, not ${text || 'nothing'}`)
  return size
}

function readNumber(flag: string, value: string, min: number, max: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max)
    throw new UsageError(`--${flag} takes a whole number from ${min} to ${max}, not ${value || 'nothing'}`)
  return Number(value)
}

/** `10m`, as the option takes it. */
export function nameOfSize(size: number): string {
  if (size % 1_000_000 === 0) return `${size / 1_000_000}m`
  return size % 1_000 === 0 ? `${size / 1_000}k` : String(size)
}
