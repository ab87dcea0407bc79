import { join } from 'node:path'
import { readNumberOptions } from '../read-number-options.ts'
import { runCommand } from '../run-command.ts'
import { type AbuseOptions, type AbuseResult, runAbuse } from './run-abuse.ts'

const HELP = `npm run bench:abuse -- [options]

One user writes again and again, alone and then beside a hundred who ask as fast as they are answered, by REST and by socket,
under the limits of the default configuration.

  --seconds N   of each phase (default 60)
  --abusers N   how many (default 100)
  --help
`
const MAX_RATIO = 2

/** `npm run bench:abuse`: one user among many who abuse; exit code 1 when sends become more than twice as slow. */
await runCommand({
  ...{ name: 'bench:abuse', help: HELP },
  readOptions: args =>
    readNumberOptions(args, {
      seconds: { byDefault: 60, max: 3_600 },
      abusers: { byDefault: 100, max: 1_000 },
    }),
  async run(options, folder, signal, say) {
    return tell(await runAbuse(options, join(folder, 'data'), signal, say), options, say)
  },
})

function tell(
  { quiet, burst, abused, answers }: AbuseResult,
  { abusers }: AbuseOptions,
  say: (line: string) => void,
): number {
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
