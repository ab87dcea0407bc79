import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface UploadOptions {
  /** One by one. */
  videos: number
  /** Side by side. */
  parallel: number
  /** How long photos are uploaded. */
  seconds: number
}

export const HELP = `npm run bench:uploads -- [options]

Uploads videos of 50 MB and photos of 12 megapixels, and tells what the ingress's memory grows by and what becomes of sends
meanwhile. Exit code 1 when videos one by one take more than 30 MB.

  --videos N    one by one (default 10)
  --parallel N  videos, and people with photos, side by side (default 4)
  --seconds N   of photos (default 15)
  --help
`

export function readOptions(args: string[]): UploadOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  return {
    videos: readNumber('videos', values.videos),
    parallel: readNumber('parallel', values.parallel),
    seconds: readNumber('seconds', values.seconds),
  }
}

function readNumber(flag: string, value: string): number {
  if (!/^[1-9]\d{0,2}$/.test(value))
    throw new UsageError(`--${flag} takes a whole number from 1 to 999, not ${value || 'nothing'}`)
  return Number(value)
}

function parse(args: string[]) {
  const number = (byDefault: string) => ({ type: 'string', default: byDefault }) as const
  try {
    return parseArgs({
      args,
      options: {
        ...{ videos: number('10'), parallel: number('4'), seconds: number('15') },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}
