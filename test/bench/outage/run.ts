import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Outage, runOutage } from './run-outage.ts'

/** `npm run bench:outage`: PostgreSQL away under load; exit code 1 when anything was refused, lost or doubled. */
const HELP = `npm run bench:outage -- [options]

Freezes PostgreSQL under a steady load, and tells what became of sends, reads, memory and the backlog.

  --seconds N   how long (default 60)
  --rate N      messages per second (default 300)
  --help
`

const say = (line: string) => void process.stdout.write(`${line}\n`)
const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort(new Error(name)))

const options = readOptions()
if (options === undefined) say(HELP.trimEnd())
else {
  const folder = mkdtempSync(join(tmpdir(), 'growzone-chat-outage-'))
  try {
    process.exitCode = tell(await runOutage(options, folder, interrupted.signal, say))
  } catch (error) {
    const reason = interrupted.signal.aborted ? 'ended' : (error as Error).stack
    process.stderr.write(`bench:outage: ${reason}\n`)
    process.exitCode = interrupted.signal.aborted ? 130 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
process.exit()

function readOptions(): { seconds: number; rate: number } | undefined {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  try {
    const { values } = parseArgs({
      options: { seconds: text('60'), rate: text('300'), help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return undefined
    return {
      seconds: readNumber('seconds', values.seconds, 3_600),
      rate: readNumber('rate', values.rate, 10_000),
    }
  } catch (error) {
    process.stderr.write(`bench:outage: ${(error as Error).message.split('. ')[0]}\n`)
    process.exit(2)
  }
}

function readNumber(flag: string, value: string, max: number): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > max)
    throw new Error(`--${flag} takes a whole number from 1 to ${max}`)
  return Number(value)
}

function tell({ load, stored, watched, backlog, caughtUpSeconds }: Outage): number {
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
