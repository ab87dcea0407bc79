import { createEmfReporter } from './emf-reporter.ts'

const INTERVAL_MS = 60_000

/** Writes a line a minute on standard output, and a last one when the process has done its work. */
export function startEmf(service: string, stage: string): AsyncDisposable {
  const reporter = createEmfReporter({ service, stage, write: line => process.stdout.write(line) })
  const timer = setInterval(() => void reporter.report(), INTERVAL_MS)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await reporter.report()
    },
  }
}
