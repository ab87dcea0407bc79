import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keepRunning } from '../../infra/local/keep-running.ts'
import type { Part } from '../../infra/local/part.ts'

test('waits twice as long after each early end, and starts nothing once stopped', async () => {
  const lines: string[] = []
  let starts = 0
  const start = async () => {
    starts += 1
    return createPart('exit code 1')
  }
  const kept = keepRunning('worker', createPart('SIGKILL'), start, line => lines.push(line))
  await sleep(1_000)
  await kept.stop()
  expect(lines).toEqual([
    'worker ended (SIGKILL); starting it again in 0.2 s',
    'worker runs again (process 1)',
    'worker ended (exit code 1); starting it again in 0.4 s',
    'worker runs again (process 1)',
    'worker ended (exit code 1); starting it again in 0.8 s',
  ])
  expect(starts).toBe(2)
})

test('a start that fails counts as an early end', async () => {
  const lines: string[] = []
  const start = () => Promise.reject(new Error('port 1 is in use'))
  const kept = keepRunning('worker', createPart('SIGKILL'), start, line => lines.push(line))
  await sleep(400)
  await kept.stop()
  expect(lines.at(-1)).toBe('worker failed (port 1 is in use); starting it again in 0.4 s')
})

/** A part that has already ended. */
function createPart(reason: string): Part {
  const stop = async () => {}
  return { pid: 1, exited: Promise.resolve(reason), stop, [Symbol.asyncDispose]: stop }
}
