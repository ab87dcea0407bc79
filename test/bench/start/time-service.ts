import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { findFreePort } from '../../../infra/local/ports.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { CLI, shellEnvironment } from '../systems/start-pipeline.ts'
import type { ServiceName } from './results.ts'

const LOOK_INTERVAL_MS = 5
const READY_WITHIN_MS = 30_000

/**
 * From the start of a service's process, beside the running stack whose `local.env` it is given, to the first 200 of
 * /health/ready, ms; then it is stopped.
 */
export async function timeService(
  name: ServiceName,
  environment: Record<string, string>,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  const [port, healthPort] = [await findFreePort(), await findFreePort()]
  const readyUrl = `http://127.0.0.1:${name === 'ingress' ? port : healthPort}/health/ready`
  const startedAt = performance.now()
  const child = spawn(process.execPath, [CLI, name], {
    env: {
      ...{ ...shellEnvironment(), ...environment, ...databaseOf(name, environment) },
      ...{ HOST: '127.0.0.1', PORT: String(port) },
      ...{ MANAGEMENT_PORT: String(healthPort), HEALTH_PORT: String(healthPort) },
    },
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  try {
    while (!(await isReady(readyUrl))) {
      signal.throwIfAborted()
      if (child.exitCode !== null) throw new Error(`${name} ended before it was ready`)
      if (performance.now() - startedAt > READY_WITHIN_MS) throw new Error(`${name} is not ready in time`)
      await sleep(LOOK_INTERVAL_MS)
    }
    return performance.now() - startedAt
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

function databaseOf(name: ServiceName, environment: Record<string, string>): Record<string, string> {
  const url = environment[`${name.toUpperCase()}_DATABASE_URL`]
  return { DATABASE_URL: url ?? '' }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}
