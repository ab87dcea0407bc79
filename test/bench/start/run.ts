import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { runCommand } from '../run-command.ts'
import { HELP, readOptions } from './options.ts'
import { checkPreconditions } from './preconditions.ts'
import { buildBounds } from './results.ts'
import { runStart } from './run-start.ts'
import { tellResults } from './tell-results.ts'

/** `npm run bench:start`. */
await runCommand({
  ...{ name: 'bench:start', help: HELP, readOptions },
  async run(options, folder, signal, say) {
    await checkPreconditions(options, tmpdir())
    const results = await runStart(options, folder, signal, say)
    for (const line of tellResults(results)) say(line)
    if (options.jsonFile !== undefined) {
      const report = { ...results, bounds: buildBounds(results) }
      writeFileSync(resolve(options.jsonFile), `${JSON.stringify(report, null, 2)}\n`)
    }
    return 0
  },
})
