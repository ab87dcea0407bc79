import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ClientsAnswers, ClientsOrder, ClientsReport } from './clients-protocol.ts'

/** The process that holds all devices. */
export interface Clients extends AsyncDisposable {
  readonly pid: number
  /** `onBegun`: called when a storm may break. */
  follow<Name extends ClientsOrder['order']>(
    order: Extract<ClientsOrder, { order: Name }>,
    onBegun?: () => void,
  ): Promise<ClientsAnswers[Name]>
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

export function startClients(signal: AbortSignal): Clients {
  signal.throwIfAborted()
  // In a session of its own, so that Ctrl-C reaches us alone.
  const child = fork(MAIN, { execArgv: [], detached: true })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = () => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  return {
    pid: child.pid as number,
    follow: (order, onBegun) => ask(child, order, onBegun) as Promise<never>,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop)
      stop()
      await exited
    },
  }
}

/** Gives the order's answer. Rejects when the order fails, or the process ends. */
function ask(child: ChildProcess, order: ClientsOrder, onBegun: () => void = () => {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      child.off('message', onMessage)
      child.off('exit', onExit)
      outcome()
    }
    const onMessage = (message: ClientsReport) => {
      if (message.report === 'stormBegun') onBegun()
      else if (message.report === 'done') settle(() => resolve(message.answer))
      else settle(() => reject(new Error(`the clients failed: ${message.reason}`)))
    }
    const onExit = () => settle(() => reject(new Error('the process of the clients ended')))
    child.on('message', onMessage)
    child.once('exit', onExit)
    child.send(order, error => error && settle(() => reject(error)))
  })
}
