import { PassThrough } from 'node:stream'
import { parseFromTokenizer } from 'music-metadata'
import { fromStream } from 'strtok3/core'

export interface DurationReader {
  /** Takes the next bytes of the file; resolves when they are read, or nobody needs them. */
  write(chunk: Uint8Array): Promise<void>
  /** Seconds, to the millisecond; undefined where the file does not tell. */
  end(): Promise<number | undefined>
}

/** No part of a file that is longer is looked at: what tells the duration is shorter. */
const MAX_BUFFER_BYTES = 1024 * 1024

/** Reads how long a sound or video is while it passes by, holding at most a part of it of 1 MB. */
export function createDurationReader(): DurationReader {
  const stream = new PassThrough()
  const tokenizer = fromStream(stream, { maxBufferSize: MAX_BUFFER_BYTES })
  const found = parseFromTokenizer(tokenizer, { skipCovers: true, skipPostHeaders: true }).then(
    ({ format }) => format.duration,
    () => undefined,
  )
  const read = found.finally(() => stream.destroy())
  return {
    async write(chunk) {
      if (stream.destroyed || stream.write(chunk)) return
      await Promise.race([new Promise(resolve => stream.once('drain', resolve)), read])
    },
    async end() {
      stream.end()
      const seconds = await read
      return seconds && Number.isFinite(seconds) ? Math.round(seconds * 1000) / 1000 : undefined
    },
  }
}
