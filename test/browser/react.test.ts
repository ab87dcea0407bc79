import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { servePage } from '../support/serve-page.ts'

describe.skipIf(inject('chromiumPath') === '')('the React hooks under StrictMode', () => {
  const opened = new AsyncDisposableStack()
  let browser: Browser
  let page: Page
  const warnings: string[] = []

  beforeAll(async () => {
    const served = opened.use(await servePage(await buildFiles()))
    browser = await openBrowser()
    opened.defer(() => browser.close())
    page = await browser.newPage()
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) warnings.push(message.text())
    })
    page.on('pageerror', error => warnings.push(error.message))
    await page.goto(served.origin)
  })
  afterAll(() => opened.disposeAsync())

  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(([of, given]) => Reflect.get(globalThis, of)(...given), [name, args] as const)
  const text = () => page.evaluate(() => document.body.textContent)

  test('load once, follow every change, let go, and can be mounted again', async () => {
    await call('mount')
    await expect.poll(text).toBe('online, 0 unread: ')
    await expect.poll(() => call('loads')).toBe(1)
    for (const seq of [1, 2, 3]) await call('receive', seq)
    await expect.poll(text).toBe('online, 3 unread: text 1 text 2 text 3')
    await call('unmount')
    const renders = await call('renders')
    await call('receive', 4)
    await page.waitForTimeout(100)
    expect(await call('renders')).toBe(renders)
    await call('mount')
    await expect.poll(text).toBe('online, 4 unread: text 1 text 2 text 3 text 4')
    expect(await call('loads')).toBe(1)
    expect(warnings).toEqual([])
  })
})

async function buildFiles() {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/react-page.tsx'],
    ...{ bundle: true, format: 'esm', write: false, jsx: 'automatic', jsxDev: true },
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return {
    '/': {
      type: 'text/html; charset=utf-8',
      body: '<!doctype html><title>hooks</title><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>',
    },
    '/page.js': { type: 'text/javascript; charset=utf-8', body: outputFiles[0]?.text ?? '' },
  }
}
