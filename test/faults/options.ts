import { parseArgs } from 'node:util'
import { FAULT_NAMES, type FaultName } from './fault-names.ts'

export interface FaultOptions {
  /** Kills and restarts; as many faults on the wires come between them. */
  kills: number
  messages: number
  seed: number
  /** Messages that users send per second, at most. */
  rate: number
  /** Only these faults; all when absent. */
  only?: FaultName[]
  /** Keeps the folder with data and logs even when all holds. */
  keep: boolean
  say(line: string): void
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const DEFAULTS = { kills: '20', messages: '5000', seed: '1', rate: '300' }

export function readOptions(args: string[], say: (line: string) => void): FaultOptions {
  const { values } = parse(args)
  const only = values.only?.split(',').map(readFaultName)
  return {
    kills: readNumber('kills', values.kills, 0),
    messages: readNumber('messages', values.messages, 1),
    seed: readNumber('seed', values.seed, 0),
    rate: readNumber('rate', values.rate, 1),
    ...(only !== undefined && { only }),
    keep: values.keep === true,
    say,
  }
}

function parse(args: string[]) {
  const text = (name: keyof typeof DEFAULTS) => ({ type: 'string', default: DEFAULTS[name] }) as const
  try {
    return parseArgs({
      args,
      options: {
        kills: text('kills'),
        messages: text('messages'),
        seed: text('seed'),
        rate: text('rate'),
        only: { type: 'string' },
        keep: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function readNumber(flag: string, value: string, min: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < min)
    throw new UsageError(`--${flag} must be a whole number, ${min} or more`)
  return Number(value)
}

function readFaultName(name: string): FaultName {
  const known = FAULT_NAMES.find(fault => fault === name)
  if (known === undefined)
    throw new UsageError(`--only: no fault ${name}; known are ${FAULT_NAMES.join(', ')}`)
  return known
}

/** What repeats a run. */
export function commandLineOf({ kills, messages, seed, rate, only }: FaultOptions): string {
  const flags = [`--kills ${kills}`, `--seed ${seed}`, `--messages ${messages}`]
  if (rate !== Number(DEFAULTS.rate)) flags.push(`--rate ${rate}`)
  if (only) flags.push(`--only ${only.join(',')}`)
  return `node test/faults/run.ts ${flags.join(' ')}`
}
