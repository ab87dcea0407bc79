import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../support/find-chromium.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'growzone-chat-chromium-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function addProgram(path: string): Promise<string> {
  const program = join(folder, path)
  await mkdir(dirname(program), { recursive: true })
  await writeFile(program, '')
  await chmod(program, 0o755)
  return program
}

const find = (env: NodeJS.ProcessEnv = {}) =>
  findChromium({ PATH: `${join(folder, 'bin')}:${join(folder, 'sbin')}`, ...env }, folder)

test('CHROME_PATH comes before the system, and the system before what Playwright keeps', async () => {
  const ofPlaywright = await addProgram('.cache/ms-playwright/chromium-1200/chrome-linux64/chrome')
  expect(find()).toBe(ofPlaywright)
  const ofSystem = await addProgram('sbin/google-chrome')
  expect(find()).toBe(ofSystem)
  const named = await addProgram('my-chrome')
  expect(find({ CHROME_PATH: named })).toBe(named)
})

test('where there is none, or CHROME_PATH names none, none is found', async () => {
  expect(find()).toBeUndefined()
  await addProgram('bin/chromium')
  expect(find({ CHROME_PATH: join(folder, 'no such program') })).toBeUndefined()
})

test('what is no program is passed over', async () => {
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin', 'chromium'), '')
  const program = await addProgram('bin/chromium-browser')
  expect(find()).toBe(program)
})
