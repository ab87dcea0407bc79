import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { runCommand } from '../run-command.ts'
import { HELP, readOptions } from './options.ts'
import { checkPreconditions, postgresDirOf } from './preconditions.ts'
import { countWrong } from './results.ts'
import { runReads } from './run-reads.ts'
import { seedDatabases } from './seed/seed-databases.ts'
import { tellResults } from './tell-results.ts'

/** `npm run bench:reads`: exit code 1 also where a read gave a wrong answer, or took more than one statement. */
await runCommand({
  ...{ name: 'bench:reads', help: HELP, readOptions },
  async run(options, temporaryFolder, signal, say) {
    const folder = options.dataDir === undefined ? temporaryFolder : resolve(options.dataDir)
    await checkPreconditions(options, options.dataDir === undefined ? tmpdir() : folder)
    const dataDir = postgresDirOf(folder)
    await seedDatabases({
      dataDir,
      sizes: options.sizes,
      mayBeWrittenIn: options.only === 'writes',
      signal,
      say,
    })
    if (options.only === 'seed') return 0
    const results = await runReads(options, folder, signal, say)
    for (const line of tellResults(results)) say(line)
    if (options.jsonFile !== undefined)
      writeFileSync(resolve(options.jsonFile), `${JSON.stringify(results, null, 2)}\n`)
    return countWrong(results) === 0 ? 0 : 1
  },
})
