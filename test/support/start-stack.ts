import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { TestProject } from 'vitest/node'
import { checkEndpoints } from '../../infra/local/check-endpoints.ts'
import { localConfig } from '../../infra/local/settings.ts'
import { readConfig } from '../../shared/config.ts'
import { RAISED_LIMITS } from './raised-limits.ts'
import { claimStores, describeStores } from './stack-stores.ts'

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
 * goes on where an earlier system was cut off. Disposing leaves nothing, on stores that others share neither.
 */
export async function startStack(earlierDataDir?: string, settings: Record<string, string> = {}) {
  const dataDir = earlierDataDir ?? (await mkdtemp(join(tmpdir(), 'growzone-chat-e2e-')))
  await using starting = new AsyncDisposableStack()
  starting.defer(() => rm(dataDir, { recursive: true, force: true }))
  const stores = starting.use(await claimStores(dataDir, { ...process.env, ...settings }))
  const own = { ...RAISED_LIMITS, ...settings, ...stores.settings, LOCAL_DATA_DIR: dataDir }
  const child = spawn(process.execPath, ['infra/cli/growzone-chat.mjs', 'local'], {
    env: { ...process.env, ...FREE_PORTS, LOCAL_DEMO: 'off', ...own },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  starting.defer(async () => {
    child.kill('SIGTERM')
    await exited
  })
  await ready(child)
  const env = parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8')) as Record<string, string>
  const started = starting.move()
  return {
    dataDir,
    env,
    /** Of the supervisor. */
    pid: child.pid as number,
    exited,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/**
 * The whole system as `npm start` runs it, on free ports and an empty folder; on stores of one's own where the
 * environment names such.
 */
export default async function setup(project: TestProject) {
  await tellStores()
  const stack = await startStack()
  project.provide('stack', stack.env)
  return () => stack[Symbol.asyncDispose]()
}

/** One line: where the stores are; or why none of the tests can run, without a stack. */
async function tellStores(): Promise<void> {
  try {
    const config = readConfig(localConfig, process.env)
    process.stdout.write(`${describeStores(config)}\n`)
    await checkEndpoints(config)
  } catch (error) {
    throw Object.assign(error as Error, { stack: String(error) })
  }
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
