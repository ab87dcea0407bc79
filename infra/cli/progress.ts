const TERMINAL_INTERVAL_MS = 100
const LOG_INTERVAL_MS = 10_000
/** What takes less needs no progress. */
const PATIENCE_MS = 1_000

/** Tells how far something is: on a terminal by one line that changes, elsewhere by a line every ten seconds. */
export function createProgress(output: NodeJS.WriteStream) {
  const interval = output.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
  let nextAt = Date.now() + (output.isTTY ? PATIENCE_MS : LOG_INTERVAL_MS)
  let isShown = false

  function tell(text: string): void {
    if (Date.now() < nextAt) return
    nextAt = Date.now() + interval
    output.write(output.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
    isShown = output.isTTY
  }

  /** Before anything else is written. */
  function clear(): void {
    if (isShown) output.write('\r\u001b[K')
    isShown = false
  }

  return { tell, clear }
}

export type Progress = ReturnType<typeof createProgress>
