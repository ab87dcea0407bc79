import { parseArgs } from 'node:util'

export const PARTS = ['pipeline', 'direct', 'lean', 'limits'] as const
export type Part = (typeof PARTS)[number]

export interface BenchOptions {
  rounds: number
  /** Length of each measurement, without warm-up and rest. */
  seconds: number
  /** Each count of pairs is measured on its own. */
  pairs: number[]
  /** Closed loop: messages that each pair has on their way at once. */
  outstanding: number[]
  /** Open loop: messages per second. */
  rates: number[]
  parts: Set<Part>
  quick: boolean
  /** Opens a socket for the senders too, so that each message is pushed twice. */
  senderSockets: boolean
  /** SQS, SNS and DynamoDB on disk, as `npm start` has them; else in memory. */
  durableEmulators: boolean
  jsonFile: string | undefined
  profileDir: string | undefined
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `npm run bench -- [options]

Measures the pipeline and the direct design (plain, tuned to one statement a message, and lean: without what Express
does beside) side by side on one PostgreSQL.

  --pairs 50,200          pairs of users who write, one run of all loads for each count (default 50)
  --outstanding 4,16,64   closed loop: messages on their way at once, per pair; none for no closed loop
  --rates 100,500,…       open loop: messages per second, latency from the intended time; none for no open loop
  --rounds N              rounds, each with processes of its own, the systems in turn (default 3)
  --seconds N             length of each measurement (default 8)
  --only LIST             of ${PARTS.join(', ')}
  --quick                 one short round without direct:lean and the limits, under a minute
  --sender-sockets        a socket for the senders too: two pushes a message
  --durable-emulators     SQS, SNS and DynamoDB on disk, as npm start has them, instead of in memory
  --json FILE             all figures as JSON
  --cpu-prof DIR          CPU profiles of services and direct servers, and their hottest functions
  --help
`

const FULL = {
  rounds: '3',
  seconds: '8',
  pairs: '50',
  outstanding: '4,16,64',
  rates: '100,500,1000,2000',
  only: PARTS.join(','),
}
const QUICK = {
  ...FULL,
  rounds: '1',
  seconds: '2',
  outstanding: '16',
  rates: '100,1000',
  only: 'pipeline,direct',
}
const MAX_PAIRS = 2_000

export function readOptions(args: string[]): BenchOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  const quick = values.quick === true
  const given = { ...(quick ? QUICK : FULL), ...values }
  return {
    quick,
    rounds: readNumber('rounds', given.rounds, 1, 100),
    seconds: readNumber('seconds', given.seconds, 1, 600),
    pairs: readNumbers('pairs', given.pairs, 1, MAX_PAIRS),
    outstanding: readLoads('outstanding', given.outstanding, 1_000),
    rates: readLoads('rates', given.rates, 100_000),
    parts: readParts(given.only),
    senderSockets: values['sender-sockets'] === true,
    durableEmulators: values['durable-emulators'] === true,
    jsonFile: values.json,
    profileDir: values['cpu-prof'],
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args,
      options: {
        ...{ rounds: text, seconds: text, pairs: text, outstanding: text, rates: text, only: text },
        ...{ json: text, 'cpu-prof': text },
        ...{ quick: flag, 'sender-sockets': flag, 'durable-emulators': flag, help: { ...flag, short: 'h' } },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\.\s/)[0])
  }
}

function readParts(list: string): Set<Part> {
  return new Set(
    list.split(',').map(name => {
      const part = PARTS.find(known => known === name)
      if (part === undefined) throw new UsageError(`--only: no part ${name}; known are ${PARTS.join(', ')}`)
      return part
    }),
  )
}

function readLoads(flag: string, list: string, max: number): number[] {
  return list === 'none' ? [] : readNumbers(flag, list, 1, max)
}

function readNumbers(flag: string, list: string, min: number, max: number): number[] {
  return [...new Set(list.split(',').map(value => readNumber(flag, value, min, max)))]
}

function readNumber(flag: string, value: string, min: number, max: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max)
    throw new UsageError(`--${flag} takes whole numbers from ${min} to ${max}, not ${value || 'nothing'}`)
  return Number(value)
}
