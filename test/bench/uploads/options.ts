import { readNumberOptions } from '../read-number-options.ts'

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
  return readNumberOptions(args, {
    videos: { byDefault: 10, max: 999 },
    parallel: { byDefault: 4, max: 999 },
    seconds: { byDefault: 15, max: 999 },
  })
}
