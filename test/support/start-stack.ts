import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** What `local.env` says of the running stack. */
    stack: Record<string, string>
  }
}

const FREE_PORTS = Object.fromEntries(
  [
    'INGRESS',
    'GATEWAY',
    'MANAGEMENT',
    'PERSISTER_HEALTH',
    'DELIVERY_HEALTH',
    'POSTGRES',
    'AWS',
    'DYNAMODB',
  ].map(part => [`LOCAL_${part}_PORT`, '0']),
)

/**
 * A system of its own, for tests that kill parts of it. `dataDir` holds its data, logs and process ids; given one, it
 * goes on where an earlier system was cut off.
 */
export async function startStack(earlierDataDir?: string, settings: Record<string, string> = {}) {
  const dataDir = earlierDataDir ?? (await mkdtemp(join(tmpdir(), 'growzone-chat-e2e-')))
  const child = spawn(process.execPath, ['infra/cli/growzone-chat.mjs', 'local'], {
    env: { ...process.env, ...FREE_PORTS, LOCAL_DEMO: 'off', ...settings, LOCAL_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  try {
    await ready(child)
  } catch (error) {
    child.kill('SIGTERM')
    await exited
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
  return {
    dataDir,
    env: parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8')) as Record<string, string>,
    /** Of the supervisor. */
    pid: child.pid as number,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The whole system as `npm start` runs it, on free ports and an empty folder. */
export default async function setup(project: TestProject) {
  const stack = await startStack()
  project.provide('stack', stack.env)
  return () => stack[Symbol.asyncDispose]()
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk
      if (/^ready$/m.test(output)) resolve()
    })
    child.once('exit', code =>
      reject(new Error(`the stack ended with ${code} before it was ready:\n${output}`)),
    )
  })
}
