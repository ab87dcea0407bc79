import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type AbuseOptions, type AbuseResult, runAbuse } from './run-abuse.ts'

/** `npm run bench:abuse`: one user among many who abuse; exit code 1 when sends become more than twice as slow. */
const HELP = `npm run bench:abuse -- [options]

One user writes again and again, alone and then beside a hundred who ask as fast as they are answered, by REST and by socket,
under the limits of the default configuration.

  --seconds N   of each phase (default 60)
  --abusers N   how many (default 100)
  --help
`
const MAX_RATIO = 2

const say = (line: string) => void process.stdout.write(`${line}\n`)
const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort(new Error(name)))

const options = readOptions()
if (options === undefined) say(HELP.trimEnd())
else {
  const folder = mkdtempSync(join(tmpdir(), 'growzone-chat-abuse-'))
  try {
    process.exitCode = tell(await runAbuse(options, join(folder, 'data'), interrupted.signal, say), options)
  } catch (error) {
    const reason = interrupted.signal.aborted ? 'ended' : (error as Error).stack
    process.stderr.write(`bench:abuse: ${reason}\n`)
    process.exitCode = interrupted.signal.aborted ? 130 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
process.exit()

function readOptions(): AbuseOptions | undefined {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      abusers: { type: 'string', default: '100' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  return values.help ? undefined : { seconds: Number(values.seconds), abusers: Number(values.abusers) }
}

function tell({ quiet, burst, abused, answers }: AbuseResult, { abusers }: AbuseOptions): number {
  for (const [name, { sends, refused, p50, p95 }] of Object.entries({ quiet, burst, abused }))
    say(`${name}: ${sends} sends, ${refused} refused, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  const told = Object.entries(answers).map(([answer, count]) => `${answer} × ${count}`)
  say(`what ${abusers} got who abuse: ${told.join(', ')}`)
  const ratio = abused.p95 / quiet.p95
  const isGood = ratio <= MAX_RATIO && quiet.refused + burst.refused + abused.refused === 0
  say(
    `${isGood ? 'PASS' : 'FAIL'}  p95 of a send beside abuse is ${ratio.toFixed(2)} × that when quiet (may be ${MAX_RATIO})`,
  )
  return isGood ? 0 : 1
}
