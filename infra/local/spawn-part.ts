import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import type { Part } from './part.ts'

export interface SpawnOptions {
  /** Script and arguments for our own Node.js. */
  args: string[]
  env: NodeJS.ProcessEnv
  log: Writable
  onLine(line: string): void
}

export interface SpawnedPart extends Part {
  child: ChildProcess
  /** The last line on standard error, without the name of the program. */
  lastComplaint(): string | undefined
}

const STOP_TIMEOUT_MS = 15_000

/**
 * Starts a Node.js process of the stack. Its own session keeps Ctrl-C away from it, so that the order of stopping
 * is ours; the IPC channel tells it when we are gone.
 */
export function spawnPart({ args, env, log, onLine }: SpawnOptions): SpawnedPart {
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  let complaint: string | undefined
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream as NonNullable<typeof stream> }).on('line', line => {
      if (stream === child.stderr && line.trim() !== '') complaint = line
      log.write(`${line}\n`)
      onLine(line)
    })
  const stop = (hasten?: AbortSignal) => stopChild(child, exited, hasten)
  return {
    child,
    pid: child.pid ?? 0,
    exited,
    lastComplaint: () => complaint?.replace(/^growzone-chat \w+: /, ''),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}

async function stopChild(child: ChildProcess, exited: Promise<string>, hasten?: AbortSignal): Promise<void> {
  const kill = () => child.kill('SIGKILL')
  if (hasten?.aborted) kill()
  else child.kill('SIGTERM')
  hasten?.addEventListener('abort', kill)
  const timer = setTimeout(kill, STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
  hasten?.removeEventListener('abort', kill)
}
