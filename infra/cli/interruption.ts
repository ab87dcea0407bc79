import { InterruptedError } from './command.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * From now until disposed, Ctrl-C and its like do not end the process but abort `signal`: what is under way is
 * finished, and what was begun is put back. Further ones are ignored, since one Ctrl-C may arrive twice: from the
 * terminal, and from the process that handed over to this one.
 */
export function watchInterruption() {
  const controller = new AbortController()
  const interrupt = () => controller.abort()
  for (const name of SIGNALS) process.on(name, interrupt)
  return {
    signal: controller.signal,
    throwIfInterrupted(): void {
      if (controller.signal.aborted) throw new InterruptedError('interrupted')
    },
    [Symbol.dispose](): void {
      for (const name of SIGNALS) process.off(name, interrupt)
    },
  }
}
