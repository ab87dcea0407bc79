import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BenchOptions, HELP, readOptions } from './options.ts'
import { checkPreconditions } from './preconditions.ts'
import { tellMachine } from './report/describe-machine.ts'
import { buildVerdict, isClean, tellVerdict } from './report/last-line.ts'
import { buildBounds, tellBounds } from './report/must-reach.ts'
import { buildTables } from './report/tables.ts'
import { writeJson } from './report/write-json.ts'
import { runBench } from './run-bench.ts'
import { runCommand } from './run-command.ts'
import { tellProfiles } from './top-functions.ts'

/** `npm run bench`: exit code 1 also for messages lost, doubled or out of order, never for being slow. */
await runCommand({ name: 'bench', help: HELP, readOptions, run: bench })

async function bench(
  options: BenchOptions,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  await checkPreconditions(options, tmpdir())
  const profileDir = options.profileDir && resolve(options.profileDir)
  const profiling = profileDir ? `--cpu-prof --cpu-prof-dir=${profileDir}` : ''
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} ${profiling}`.trim()
  const { results, processes } = await runBench(options, join(folder, 'data'), nodeOptions, signal, say)
  say(`\n${tellMachine(results.machine)}`)
  for (const line of [...buildTables(results), ...tellBounds(buildBounds(results))]) say(line)
  if (profileDir) for (const line of tellProfiles(profileDir, processes)) say(line)
  if (options.jsonFile) writeJson(resolve(options.jsonFile), results, options)
  const verdict = buildVerdict(results)
  say(`\n${tellVerdict(verdict)}`)
  return isClean(verdict) ? 0 : 1
}
