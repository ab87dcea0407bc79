import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FREE_PORTS, shellEnvironment } from '../systems/start-pipeline.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** From `npm start` to its line `ready`, ms; then everything is stopped. */
export async function timeLocal(dataDir: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...shellEnvironment(), ...FREE_PORTS, LOCAL_DATA_DIR: dataDir },
    // A group of its own, which is sent what Ctrl-C would send it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const stop = () => void process.kill(-(child.pid as number), 'SIGINT')
  signal.addEventListener('abort', stop, { once: true })
  try {
    return (await isReady(child)) - startedAt
  } finally {
    signal.removeEventListener('abort', stop)
    if (child.exitCode === null && child.signalCode === null && !signal.aborted) stop()
    await exited
  }
}

function isReady(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk
      if (/^ready$/m.test(output)) resolve(performance.now())
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`npm start ended with ${code}:\n${output}`)))
  })
}
