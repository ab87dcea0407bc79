import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { type SpawnedPart, spawnPart } from '../../../infra/local/spawn-part.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import type { History } from '../history.ts'
import type { Random } from '../random.ts'

/** A service that is started again at once whenever it ends. */
export interface KeptProcess {
  readonly name: string
  /** Sends the signal to the process of the moment, if there is one. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
  /** Resolves with the next start. */
  started(): Promise<void>
  isReady(): Promise<boolean>
  waitUntilReady(): Promise<void>
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

export interface ProcessOptions {
  name: string
  args: string[]
  env: Record<string, string>
  readyUrl: string
  logDir: string
  history: History
  random: Random
}

const LONGEST_RESTART_DELAY_MS = 250
/** One that could not even start has nothing to gain from trying at once. */
const DELAY_AFTER_FAILED_START_MS = 400
const READY_TIMEOUT_MS = 60_000

export function keepProcess(options: ProcessOptions): KeptProcess {
  const { name, history, random } = options
  const log = openLog(options.logDir, name)
  const stopping = new AbortController()
  const starts = new Set<() => void>()
  let part: SpawnedPart | undefined

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      part = spawnPart({ args: options.args, env: options.env, log, onLine: () => {} })
      history.note({ where: name, what: `started (process ${part.pid})` })
      for (const resolve of starts) resolve()
      starts.clear()
      const reason = await part.exited
      part = undefined
      history.note({ where: name, what: `ended (${reason})` })
      const isFailedStart = reason === 'exit code 1' || reason === 'exit code 2'
      const delayMs = isFailedStart ? DELAY_AFTER_FAILED_START_MS : random.int(0, LONGEST_RESTART_DELAY_MS)
      await sleep(delayMs, stopping.signal)
    }
  }

  async function isReady(): Promise<boolean> {
    return fetch(options.readyUrl, { signal: AbortSignal.timeout(2_000) }).then(
      response => response.status === 200,
      () => false,
    )
  }

  const running = run()
  return {
    name,
    kill: signal => void part?.child.kill(signal),
    started: () => new Promise(resolve => starts.add(resolve)),
    isReady,
    async waitUntilReady() {
      for (const deadline = Date.now() + READY_TIMEOUT_MS; !(await isReady()); await sleep(50))
        if (Date.now() > deadline)
          throw new Error(`${name} is not ready: ${part?.lastComplaint() ?? 'no reason'}`)
    },
    async stop(signal) {
      stopping.abort()
      part?.child.kill(signal)
      await running
      log.end()
    },
  }
}

/** Appended to from start to start. */
export function openLog(logDir: string, name: string): WriteStream {
  return createWriteStream(join(logDir, `${name}.log`), { flags: 'a' })
}
