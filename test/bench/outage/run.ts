import { readNumberOptions } from '../read-number-options.ts'
import { runCommand } from '../run-command.ts'
import { type Outage, runOutage } from './run-outage.ts'

const HELP = `npm run bench:outage -- [options]

Freezes PostgreSQL under a steady load, and tells what became of sends, reads, memory and the backlog.

  --seconds N   how long (default 60)
  --rate N      messages per second (default 300)
  --help
`

/** `npm run bench:outage`: PostgreSQL away under load; exit code 1 when anything was refused, lost or doubled. */
await runCommand({
  ...{ name: 'bench:outage', help: HELP },
  readOptions: args =>
    readNumberOptions(args, {
      seconds: { byDefault: 60, max: 3_600 },
      rate: { byDefault: 300, max: 10_000 },
    }),
  async run(options, folder, signal, say) {
    return tell(await runOutage(options, folder, signal, say), say)
  },
})

function tell(
  { load, stored, watched, backlog, caughtUpSeconds }: Outage,
  say: (line: string) => void,
): number {
  const reads = [...watched.reads].map(([kind, count]) => `${count} × ${kind}`).join(', ')
  say(`stored: ${stored.stored}, refused: ${load.failed}`)
  say(`lost: ${stored.lost + load.lost}, doubled: ${stored.doubled + load.doubled}`)
  say(`out of order: ${load.outOfOrder}, gaps: ${stored.gaps}`)
  say(`accept, ms: p50 ${load.acceptMs?.p50.toFixed(1)}, p99 ${load.acceptMs?.p99.toFixed(1)}`)
  say(`reads: ${reads}; the slowest took ${Math.round(watched.slowestReadMs)} ms`)
  for (const [name, { before, most }] of watched.memory)
    say(`memory of ${name}, MB: ${Math.round(before)} before, ${Math.round(most)} at most`)
  say(`in the queues at its return: ${backlog}`)
  say(`seconds until they were short again: ${caughtUpSeconds.toFixed(1)}`)
  const isClean = [
    load.failed,
    stored.lost,
    load.lost,
    stored.doubled,
    load.doubled,
    load.outOfOrder,
    stored.gaps,
  ]
  return isClean.every(count => count === 0) ? 0 : 1
}
