import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type {
  LoadJob,
  LoadOrder,
  LoadReport,
  LoadResult,
  Pair,
  PairTotal,
  Target,
  WindowEdge,
} from './load-protocol.ts'

/** A load generator in a process of its own, its users connected. */
export interface Load extends AsyncDisposable {
  readonly pid: number
  /** `onWindow` is called at once at both edges of the window, while the load goes on. */
  run(job: LoadJob, onWindow?: (edge: WindowEdge) => void): Promise<LoadResult>
  /** What each pair sent since it was connected. */
  totals(): Promise<PairTotal[]>
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

export async function startLoad(options: {
  target: Target
  pairs: Pair[]
  senderSockets?: boolean
  signal?: AbortSignal
}): Promise<Load> {
  const { target, pairs, senderSockets = false, signal } = options
  signal?.throwIfAborted()
  // In a session of its own, so that Ctrl-C reaches us alone.
  const child = fork(MAIN, { execArgv: [], detached: true })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = () => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  const load: Load = {
    pid: child.pid as number,
    async run(job, onWindow = () => {}) {
      const report = await ask(child, { run: job }, onWindow)
      if (report.done !== 'result') throw new Error(`unexpected report ${report.done}`)
      return report.result
    },
    async totals() {
      const report = await ask(child, { tell: 'totals' })
      if (report.done !== 'totals') throw new Error(`unexpected report ${report.done}`)
      return report.totals
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', stop)
      stop()
      await exited
    },
  }
  try {
    await ask(child, { connect: { target, pairs, senderSockets } })
    return load
  } catch (error) {
    await load[Symbol.asyncDispose]()
    throw error
  }
}

type Done = Extract<LoadReport, { done: string }>

/** Gives the order's answer. Rejects when the order fails, or the process ends. */
function ask(
  child: ChildProcess,
  order: LoadOrder,
  onWindow: (edge: WindowEdge) => void = () => {},
): Promise<Done> {
  return new Promise((resolve, reject) => {
    const settle = (answer: Done | Error) => {
      child.off('message', onMessage)
      child.off('exit', onExit)
      if (answer instanceof Error) reject(answer)
      else if (answer.done === 'failed') reject(new Error(`the load failed: ${answer.reason}`))
      else resolve(answer)
    }
    const onMessage = (report: LoadReport) => {
      if ('window' in report) onWindow(report.window)
      else settle(report)
    }
    const onExit = () => settle(new Error('the load process ended'))
    child.on('message', onMessage)
    child.once('exit', onExit)
    child.send(order, error => error && settle(error))
  })
}
