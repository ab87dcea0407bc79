import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Timed inside: the start of Node.js itself is Lambda's. Open connections to AWS would keep the process. */
const PROGRAM = `
const startedAt = performance.now()
await import(process.argv[1])
process.stdout.write(String(performance.now() - startedAt))
process.exit()
`

/** The import of a bundle of handlers in a new process, ms: what Lambda calls the init of a cold start. */
export async function timeLambda(file: string, environment: Record<string, string>): Promise<number> {
  const args = ['--input-type=module', '--eval', PROGRAM, file]
  const { stdout } = await run(process.execPath, args, { env: environment })
  return Number(stdout)
}
