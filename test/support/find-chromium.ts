import { accessSync, constants, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program; empty where there is none. */
    chromiumPath: string
  }
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const OF_PLAYWRIGHT = '.cache/ms-playwright/chromium-*/chrome-linux*/chrome'

/** `CHROME_PATH`, else the system's, else Playwright's. */
export function findChromium(env: NodeJS.ProcessEnv, home = homedir()): string | undefined {
  if (env.CHROME_PATH) return isProgram(env.CHROME_PATH) ? env.CHROME_PATH : undefined
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const ofSystem = NAMES.flatMap(name => folders.map(folder => join(folder, name)))
  const ofPlaywright = globSync(join(home, OF_PLAYWRIGHT)).toSorted().toReversed()
  return [...ofSystem, ...ofPlaywright].find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Without one the browser tests are skipped, unless `REQUIRE_BROWSER=1`. */
export default function setup(project: TestProject): void {
  const path = findChromium(process.env)
  const advice = 'install it (Debian: apt-get install chromium) or name one in CHROME_PATH'
  if (path === undefined && process.env.REQUIRE_BROWSER === '1')
    throw new Error(`no Chromium found: ${advice}`)
  if (path === undefined) process.stdout.write(`browser tests skipped, no Chromium found: ${advice}\n`)
  project.provide('chromiumPath', path ?? '')
}
