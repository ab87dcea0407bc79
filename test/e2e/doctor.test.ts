import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'

test('doctor finds nothing wrong with the running system', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['infra/cli/growzone-chat.mjs', 'doctor'], {
    env: { PATH: process.env.PATH, ...inject('stack') },
  })
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(15)
  expect(lines.filter(line => line.startsWith('FAIL'))).toEqual([])
})
