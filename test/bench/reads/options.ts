import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface ReadsOptions {
  /** Messages of each database, the smallest first; each is held against it. */
  sizes: number[]
  /** Random calls of each read, at each size: half are timed, half explained. */
  samples: number
  /** Messages that each kind of write stores or marks, at each size. */
  writes: number
  /** `shared_buffers` of the server; a quarter of the memory when absent. */
  buffers: string | undefined
  plans: boolean
  /** The only part of the run that is wanted; what it needs is seeded all the same. */
  only: Part | undefined
  /** Keeps the databases, for the next run with the same folder. */
  dataDir: string | undefined
  jsonFile: string | undefined
}

export type Part = (typeof PARTS)[number]
const PARTS = ['seed', 'reads', 'writes'] as const
const MIN_SIZE = 50_000
const MAX_SIZE = 100_000_000
const FACTORS: Record<string, number> = { '': 1, k: 1_000, m: 1_000_000 }

const DEFAULTS = { sizes: '100k,10m', samples: '600', writes: '20000' }

export const HELP = `npm run bench:reads -- [options]

Seeds databases of several sizes, and times the chat's reads and writes in all of them, in turns.

  --sizes 100k,10m   messages of each database, from 50k to 100m (default ${DEFAULTS.sizes})
  --samples N        random calls of each read at each size (default ${DEFAULTS.samples})
  --writes N         messages of each kind of write at each size (default ${DEFAULTS.writes})
  --buffers SIZE     shared_buffers of the server, such as 128MB (default a quarter of the memory)
  --plans            the plan of the slowest call of each statement, in the largest database
  --only PART        seed, reads or writes: only that; seed takes --data
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
    writes: readNumber('writes', values.writes, 500, 250_000),
    buffers: values.buffers === undefined ? undefined : readBuffers(values.buffers),
    plans: values.plans === true,
    only: values.only === undefined ? undefined : readPart(values.only, values.data),
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
        ...{ sizes: text('sizes'), samples: text('samples'), writes: text('writes') },
        ...{
          buffers: { type: 'string' },
          data: { type: 'string' },
          only: { type: 'string' },
          json: { type: 'string' },
          plans: { type: 'boolean' },
        },
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

function readPart(text: string, dataDir: string | undefined): Part {
  const part = PARTS.find(name => name === text)
  if (part === undefined) throw new UsageError(`--only takes seed, reads or writes, not ${text || 'nothing'}`)
  if (part === 'seed' && dataDir === undefined)
    throw new UsageError('--only seed takes --data, where it leaves them')
  return part
}

function readBuffers(text: string): string {
  if (!/^[1-9]\d{0,5}(MB|GB)$/.test(text))
    throw new UsageError(`--buffers takes a size in MB or GB such as 128MB, not ${text || 'nothing'}`)
  return text
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
