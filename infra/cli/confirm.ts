import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

interface Terminal {
  input: Readable
  output: Writable
  signal: AbortSignal
}

/** Asks on a terminal; anything but a yes, the end of the input included, is a no. */
export async function confirm(question: string, { input, output, signal }: Terminal): Promise<boolean> {
  output.write(`${question} [y/N] `)
  // Without `terminal` the keyboard stays in line mode, so that Ctrl-C is a signal as everywhere else.
  const lines = createInterface({ input, signal, terminal: false })
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line)
    output.write('\n')
    return false
  } finally {
    lines.close()
  }
}
