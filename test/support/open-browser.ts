import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'

/** A headless Chromium. Its sandbox needs what containers lack, and it shows our own pages only. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: inject('chromiumPath'), chromiumSandbox: false })
}
