import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface StartOptions {
  /** How often each thing is started. */
  starts: number
  jsonFile: string | undefined
}

const MAX_STARTS = 100
const DEFAULT_STARTS = '5'

export const HELP = `npm run bench:start -- [options]

Measures how long the stack, each service and the Lambda handlers take to start, and how large they are.

  --starts N   how often each is started (default ${DEFAULT_STARTS})
  --json FILE  all figures as JSON
  --help
`

export function readOptions(args: string[]): StartOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  if (!/^\d{1,3}$/.test(values.starts) || Number(values.starts) < 1 || Number(values.starts) > MAX_STARTS)
    throw new UsageError(
      `--starts takes a whole number from 1 to ${MAX_STARTS}, not ${values.starts || 'nothing'}`,
    )
  return { starts: Number(values.starts), jsonFile: values.json }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        starts: { type: 'string', default: DEFAULT_STARTS },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}
