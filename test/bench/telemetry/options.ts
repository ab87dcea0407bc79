import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface TelemetryOptions {
  rounds: number
  /** Length of each measurement. */
  seconds: number
}

const DEFAULTS = { rounds: '5', seconds: '8' }
const MAX = 100

export const HELP = `npm run bench:telemetry -- [options]

Measures what traces and metrics for CloudWatch cost: pipelines that differ in these settings alone, in turns.

  --rounds N    rounds, the pipelines in turn within each (default ${DEFAULTS.rounds})
  --seconds N   length of each measurement (default ${DEFAULTS.seconds})
  --help
`

export function readOptions(args: string[]): TelemetryOptions | 'help' {
  const { help, rounds, seconds } = parse(args)
  if (help === true) return 'help'
  return { rounds: readCount('rounds', rounds), seconds: readCount('seconds', seconds) }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: DEFAULTS.rounds },
        seconds: { type: 'string', default: DEFAULTS.seconds },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function readCount(flag: string, value: string): number {
  if (!/^\d{1,3}$/.test(value) || Number(value) < 1 || Number(value) > MAX)
    throw new UsageError(`--${flag} takes a whole number from 1 to ${MAX}, not ${value || 'nothing'}`)
  return Number(value)
}
