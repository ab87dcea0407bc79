import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { System, SystemName } from './system.ts'

const MAIN = fileURLToPath(new URL('../direct/main.ts', import.meta.url))

/** The direct design in a process of its own, on a database of its own. */
export async function startDirect(options: {
  name: Exclude<SystemName, 'pipeline'>
  databaseUrl: string
  jwtSecret: string
  nodeOptions: string
  signal: AbortSignal
}): Promise<System> {
  const { name, databaseUrl, jwtSecret, signal } = options
  signal.throwIfAborted()
  const child = fork(MAIN, ['--design', name, '--database-url', databaseUrl], {
    execArgv: [],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      NODE_OPTIONS: options.nodeOptions,
      JWT_SECRET: jwtSecret,
    },
    detached: true,
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  const failed = exited.then(() => {
    throw new Error(`${name} ended before it was ready`)
  })
  failed.catch(() => {})
  try {
    const [{ port }] = (await Promise.race([once(child, 'message', { signal }), failed])) as [
      { port: number },
    ]
    const address = `127.0.0.1:${port}`
    return {
      name,
      target: { ingressUrl: `http://${address}`, gatewayUrl: `ws://${address}`, jwtSecret },
      databaseUrl,
      processes: { server: child.pid as number },
      metricsUrls: [`http://${address}/metrics`],
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
