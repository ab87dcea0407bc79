import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { RAISED_LIMITS } from '../../support/raised-limits.ts'
import { recordedPids } from '../../support/stack-processes.ts'
import type { Emulators } from './start-emulators.ts'
import type { System } from './system.ts'

export interface Pipeline extends System {
  /** Of the embedded PostgreSQL's first process, whose children all others are. */
  readonly postmaster: number
  /** Of SQS, SNS and S3. */
  readonly awsEndpointUrl: string
}

export const CLI = fileURLToPath(new URL('../../../infra/cli/growzone-chat.mjs', import.meta.url))
const PARTS = ['INGRESS', 'GATEWAY', 'MANAGEMENT', 'PERSISTER_HEALTH', 'DELIVERY_HEALTH', 'POSTGRES', 'AWS']
/** Settings under which a stack is in nobody's way. */
export const FREE_PORTS = Object.fromEntries(
  [...PARTS, 'DYNAMODB', 'DEMO'].map(part => [`LOCAL_${part}_PORT`, '0']),
)
/** Would replace embedded parts, or move them. */
const NOT_FROM_THE_SHELL = /^(DATABASE_URL|AWS_|LOCAL_|JWT_|JWKS_URL|CORS_ORIGINS|CHAT_RESOURCE_PREFIX)/
const SERVICES = ['ingress', 'persister', 'delivery', 'gateway'] as const

/**
 * The whole system as `npm start` runs it, every service a process, PostgreSQL durable. Switches of the services pass
 * through from the shell's environment. `nodeOptions` are added for every process of the services. Without `emulators`
 * the stack starts its own, which keep what they are given on disk. `settings` go before those of the shell.
 */
export async function startPipeline(
  dataDir: string,
  nodeOptions: string,
  signal: AbortSignal,
  emulators?: Emulators,
  settings: Record<string, string> = RAISED_LIMITS,
): Promise<Pipeline> {
  signal.throwIfAborted()
  const child = spawn(process.execPath, [CLI, 'local'], {
    env: {
      ...shellEnvironment(),
      ...FREE_PORTS,
      LOCAL_DEMO: 'off',
      ...emulators?.environment,
      ...settings,
      LOCAL_DATA_DIR: dataDir,
      NODE_OPTIONS: nodeOptions,
    },
    // Its own session keeps Ctrl-C away, so that we end it in our order; without us the IPC channel ends it.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const end = () => void child.kill('SIGTERM')
  const stop = async () => {
    signal.removeEventListener('abort', end)
    end()
    await exited
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    await ready(child)
    const env = parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8')) as Record<string, string>
    const { processes, ...described } = await describe(dataDir, env)
    return {
      ...described,
      processes: {
        emulators: emulators?.pid ?? (processes.AWS as number),
        ...Object.fromEntries(SERVICES.map(name => [name, processes[name] as number])),
        supervisor: child.pid as number,
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The shell's, without what would put other parts in the place of the stack's own. */
export function shellEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_FROM_THE_SHELL.test(name)))
}

async function describe(dataDir: string, env: Record<string, string>) {
  const [postmaster] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  // As the name resolves to two addresses, of which one is tried in vain.
  const setting = (name: string) => (env[name] as string).replace('//localhost:', '//127.0.0.1:')
  return {
    name: 'pipeline' as const,
    target: {
      ingressUrl: setting('INGRESS_URL'),
      gatewayUrl: setting('GATEWAY_URL'),
      jwtSecret: setting('JWT_SECRET'),
    },
    databaseUrl: setting('DATABASE_URL'),
    processes: await recordedPids(dataDir),
    metricsUrls: [
      setting('INGRESS_URL'),
      setting('PERSISTER_HEALTH_URL'),
      setting('DELIVERY_HEALTH_URL'),
      setting('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI'),
    ].map(url => `${url}/metrics`),
    postmaster: Number(postmaster),
    awsEndpointUrl: setting('AWS_ENDPOINT_URL'),
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
