import { runCommand } from '../run-command.ts'
import { HELP, readOptions } from './options.ts'
import { type Memory, runUploads, type UploadResults } from './run-uploads.ts'

/** An upload of 50 MB may take so much of the ingress's memory, MB. */
const MOST_GROWTH = 30

/** `npm run bench:uploads`. */
await runCommand({
  ...{ name: 'bench:uploads', help: HELP, readOptions },
  async run(options, folder, signal, say) {
    const results = await runUploads(options, folder, signal, say)
    tell(results, say)
    return growthOf(results.oneByOne) > MOST_GROWTH ? 1 : 0
  },
})

function tell(
  { oneByOne, sideBySide, photos, quiet, whilePhotos }: UploadResults,
  say: (line: string) => void,
) {
  const memory = (of: Memory) =>
    `+${growthOf(of).toFixed(0)} MB (from ${of.before.toFixed(0)} to ${of.most.toFixed(0)})`
  const latency = (of: { p50: number; p95: number }) => `p50 ${of.p50.toFixed(1)}, p95 ${of.p95.toFixed(1)}`
  say(`videos one by one: ${memory(oneByOne)}, ${oneByOne.megabytesPerSecond.toFixed(0)} MB/s`)
  say(`videos side by side: ${memory(sideBySide)}`)
  say(`photos: ${memory(photos)}, ${photos.perSecond.toFixed(1)}/s, ${photos.refused} refused for now`)
  say(`a send is accepted after, ms: ${latency(quiet)}; beside photos: ${latency(whilePhotos)}`)
}

function growthOf({ before, most }: Memory): number {
  return most - before
}
