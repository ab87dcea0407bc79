import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const FOLDER = 'node_modules/.cache/schemathesis'
const REQUIREMENTS = 'test/attack/api/requirements.txt'
const run = promisify(execFile)

/** Where Schemathesis is; installed from PyPI when it is missing or of other versions than those asked for. */
export async function installSchemathesis(say: (line: string) => void): Promise<string> {
  const command = join(FOLDER, 'bin', 'schemathesis')
  const installed = join(FOLDER, 'requirements.txt')
  const wanted = await readFile(REQUIREMENTS, 'utf8')
  if ((await readFile(installed, 'utf8').catch(() => undefined)) === wanted) return command
  say(`installing Schemathesis into ${FOLDER}, which takes a minute the first time …`)
  await rm(FOLDER, { recursive: true, force: true })
  try {
    await run('python3', ['-m', 'venv', FOLDER])
    await run(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', '--requirement', REQUIREMENTS])
  } catch (error) {
    throw new Error(
      `python3 (3.10 or later) with venv, and PyPI, are needed: ${lastLineOf(error as Failure)}`,
    )
  }
  await writeFile(installed, wanted)
  return command
}

type Failure = Error & { stderr?: string }

function lastLineOf({ message, stderr }: Failure): string {
  return stderr?.trim().split('\n').at(-1) || message
}
