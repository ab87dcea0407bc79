import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runCommand } from '../run-command.ts'
import { tellProfiles } from '../top-functions.ts'
import { HELP, readOptions } from './options.ts'
import { checkPreconditions } from './preconditions.ts'
import { isClean } from './results.ts'
import { runSockets } from './run-sockets.ts'
import { tellResults } from './tell-results.ts'

/** `npm run bench:sockets`: exit code 1 also where a message was lost, doubled or out of order. */
await runCommand({
  ...{ name: 'bench:sockets', help: HELP, readOptions },
  async run(options, folder, signal, say) {
    await checkPreconditions(options, tmpdir())
    const profileDir = options.profileDir && resolve(options.profileDir)
    const nodeOptions = [
      process.env.NODE_OPTIONS ?? '',
      profileDir ? `--cpu-prof --cpu-prof-dir=${profileDir}` : '',
    ]
    const dataDir = join(folder, 'data')
    const { results, processes } = await runSockets(
      options,
      dataDir,
      nodeOptions.join(' ').trim(),
      signal,
      say,
    )
    for (const line of tellResults(results)) say(line)
    if (profileDir) for (const line of tellProfiles(profileDir, processes)) say(line)
    if (options.jsonFile !== undefined)
      writeFileSync(resolve(options.jsonFile), `${JSON.stringify(results, null, 2)}\n`)
    return isClean(results) ? 0 : 1
  },
})
