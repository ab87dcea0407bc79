import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lockDataDir } from '../../infra/local/supervisor-lock.ts'
import { ConfigError } from '../../shared/config.ts'
import { type BenchOptions, HELP, readOptions, UsageError } from './options.ts'
import { checkPreconditions, PreconditionError } from './preconditions.ts'
import { tellMachine } from './report/describe-machine.ts'
import { buildVerdict, isClean, tellVerdict } from './report/last-line.ts'
import { buildBounds, tellBounds } from './report/must-reach.ts'
import { buildTables } from './report/tables.ts'
import { writeJson } from './report/write-json.ts'
import { runBench } from './run-bench.ts'
import { tellProfiles } from './top-functions.ts'

/** `npm run bench`: exit code 2 for a bad call, 1 for what spoils a run or for messages lost, doubled or disordered. */
const say = (line: string) => void process.stdout.write(`${line}\n`)
const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)))

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') say(HELP.trimEnd())
  else process.exitCode = await bench(options)
} catch (error) {
  process.exitCode = tellFailure(error)
}
process.exit()

async function bench(options: BenchOptions): Promise<number> {
  using _lock = lockDataDir(join(tmpdir(), 'growzone-chat-bench'))
  await checkPreconditions(options, tmpdir())
  const folder = mkdtempSync(join(tmpdir(), 'growzone-chat-bench-'))
  const profileDir = options.profileDir && resolve(options.profileDir)
  try {
    const nodeOptions = [
      process.env.NODE_OPTIONS ?? '',
      profileDir ? `--cpu-prof --cpu-prof-dir=${profileDir}` : '',
    ]
    const { results, processes } = await runBench(
      options,
      join(folder, 'data'),
      nodeOptions.join(' ').trim(),
      interrupted.signal,
      say,
    )
    say(`\n${tellMachine(results.machine)}`)
    for (const line of [...buildTables(results), ...tellBounds(buildBounds(results))]) say(line)
    if (profileDir) for (const line of tellProfiles(profileDir, processes)) say(line)
    if (options.jsonFile) writeJson(resolve(options.jsonFile), results, options)
    const verdict = buildVerdict(results)
    say(`\n${tellVerdict(verdict)}`)
    return isClean(verdict) ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function tellFailure(error: unknown): number {
  const expected = [UsageError, PreconditionError, ConfigError].some(kind => error instanceof kind)
  const reason = interrupted.signal.aborted ? interrupted.signal.reason.message : (error as Error).stack
  process.stderr.write(`bench: ${expected ? (error as Error).message : reason}\n`)
  if (interrupted.signal.aborted) return 130
  return error instanceof UsageError ? 2 : 1
}
