import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { SCENARIOS } from '../client/scenarios.ts'
import { openBrowser } from '../support/open-browser.ts'
import { servePage } from '../support/serve-page.ts'
import { createStackHost, type StackHost } from '../support/stack-host.ts'

describe.skipIf(inject('chromiumPath') === '')('in Chromium', () => {
  const opened = new AsyncDisposableStack()
  let browser: Browser
  let host: StackHost
  let origin: string

  beforeAll(async () => {
    const page = opened.use(await servePage(await buildFiles()))
    origin = page.origin
    host = opened.use(await createStackHost({ CORS_ORIGINS: origin }))
    browser = await openBrowser()
    opened.defer(() => browser.close())
  })
  afterAll(() => opened.disposeAsync())

  async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const uncaught: Error[] = []
      page.on('pageerror', error => uncaught.push(error))
      // biome-ignore lint/suspicious/noExplicitAny: the page asks by name
      await page.exposeFunction('callHost', (name: string, args: unknown[]) => (host as any)[name](...args))
      await page.goto(origin)
      await use(page)
      expect(uncaught).toEqual([])
    } finally {
      await context.close()
    }
  }

  for (const title of Object.keys(SCENARIOS))
    test(title, () => withPage(page => page.evaluate(of => playScenario(of), title)))

  test('what waits survives that the page is loaded again', () =>
    withPage(async page => {
      const [annId, benId] = (await host.createUsers(2)) as [number, number]
      await page.evaluate(of => openApp(of), annId)
      await page.evaluate(() => app.network.cut())
      const ids = await page.evaluate(to => ['1', '2', '3'].map(text => app.sendText(to, text).id), benId)
      await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(ids.length)
      await page.reload()
      await page.evaluate(of => openApp(of), annId)
      await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
      const stored = await host.readMessages(conversationIdOf(annId, benId))
      expect(stored.map(({ id }) => id)).toEqual(ids)
    }))

  test('when the browser is offline messages wait; when it is online again they go out without being asked', () =>
    withPage(async page => {
      const [annId, benId] = (await host.createUsers(2)) as [number, number]
      await page.evaluate(of => openApp(of), annId)
      await page.context().setOffline(true)
      const ids = await page.evaluate(to => ['1', '2', '3'].map(text => app.sendText(to, text).id), benId)
      // The pauses between attempts have grown long by then.
      await page.waitForTimeout(4_000)
      expect(await page.evaluate(() => localStorage.length)).toBe(ids.length)
      await page.context().setOffline(false)
      await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0)
      const stored = await host.readMessages(conversationIdOf(annId, benId))
      expect(stored.map(({ id }) => id)).toEqual(ids)
    }))
})

async function buildFiles() {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/client-page.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    sourcemap: 'inline',
  })
  const script = outputFiles[0]?.text ?? ''
  return {
    '/': {
      type: 'text/html; charset=utf-8',
      body: '<!doctype html><title>client</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    },
    '/page.js': { type: 'text/javascript; charset=utf-8', body: script },
  }
}
