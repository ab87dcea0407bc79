import { readOptions, UsageError } from './options.ts'
import { printReport } from './report.ts'
import { runFaults } from './run-faults.ts'

/** `node test/faults/run.ts --kills N --seed S --messages M [--rate R] [--only fault,…] [--keep]` */
const say = (line: string) => void process.stdout.write(`${line}\n`)
const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'])
  process.once(name, () => interrupted.abort(new Error(`ended by ${name}`)))
try {
  const report = await runFaults(readOptions(process.argv.slice(2), say), interrupted.signal)
  printReport(report, say)
  process.exit(report.passed ? 0 : 1)
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`test:faults: ${isUsage ? error.message : (error as Error).stack}\n`)
  process.exit(isUsage ? 2 : 1)
}
