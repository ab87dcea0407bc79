import type { Readable } from 'node:stream'

/** What a process has written so far. */
export function captureOutput(child: { stdout: Readable; stderr: Readable }) {
  let output = ''
  let errors = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  return { output: () => output, errors: () => errors }
}
