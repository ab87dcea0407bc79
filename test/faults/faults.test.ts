import { expect, test } from 'vitest'
import { runFaults } from './run-faults.ts'

/** A short run of what `npm run test:faults` does at length. */
test('nothing is lost, doubled or out of order while processes die and wires fail', {
  timeout: 120_000,
}, async () => {
  const lines: string[] = []
  const report = await runFaults({
    ...{ kills: 6, messages: 600, seed: 122, rate: 300, keep: false },
    say: line => void lines.push(line),
  })
  expect(report.findings, lines.join('\n')).toEqual([])
  expect(report.passed, lines.join('\n')).toBe(true)
})
