import { readFileSync, writeFileSync } from 'node:fs'
import { summarise } from './measured.ts'

/** `npm run docs:measured -- bench.json`: keeps of a run of the bench what docs/cost.md and docs/scale.md are made of. */
const [file] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('usage: npm run docs:measured -- <file that npm run bench -- --json wrote>\n')
  process.exit(2)
}
const summary = summarise(JSON.parse(readFileSync(file, 'utf8')))
writeFileSync(new URL('measured.json', import.meta.url), `${JSON.stringify(summary, null, 2)}\n`)
