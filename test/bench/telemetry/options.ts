import { readNumberOptions } from '../read-number-options.ts'

export interface TelemetryOptions {
  rounds: number
  /** Length of each measurement. */
  seconds: number
}

const DECLARED = { rounds: { byDefault: 5, max: 100 }, seconds: { byDefault: 8, max: 100 } }

export const HELP = `npm run bench:telemetry -- [options]

Measures what traces and metrics for CloudWatch cost: pipelines that differ in these settings alone, in turns.

  --rounds N    rounds, the pipelines in turn within each (default ${DECLARED.rounds.byDefault})
  --seconds N   length of each measurement (default ${DECLARED.seconds.byDefault})
  --help
`

export function readOptions(args: string[]): TelemetryOptions | 'help' {
  return readNumberOptions(args, DECLARED)
}
