import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { signToken } from '../../shared/auth.ts'
import { openBrowser } from '../support/open-browser.ts'
import { recordedPids, signal } from '../support/stack-processes.ts'
import { startStack } from '../support/start-stack.ts'

const ALICE = 1
const BOB = 2
/** A red pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
)

describe.skipIf(inject('chromiumPath') === '')('the demo page', () => {
  const opened = new AsyncDisposableStack()
  let stack: Awaited<ReturnType<typeof startStack>>
  let browser: Browser
  let page: Page
  let uncaught: Error[]

  beforeAll(async () => {
    stack = opened.use(await startStack(undefined, { LOCAL_DEMO: 'on', LOCAL_DEMO_PORT: '0' }))
    browser = await openBrowser()
    opened.defer(() => browser.close())
  })
  afterAll(() => opened.disposeAsync())
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    uncaught = []
    page.on('pageerror', error => uncaught.push(error))
    await page.goto(stack.env.DEMO_URL as string)
  })
  afterEach(async () => {
    await page.context().close()
    expect(uncaught).toEqual([])
  })

  const phone = (name: string) => page.getByRole('region', { name: `Phone of ${name}` })
  const log = (of: Locator) => of.getByRole('log')
  const bubble = (of: Locator, text: string) => log(of).locator('.message', { hasText: text }).last()
  const tick = (of: Locator, text: string, status: string) =>
    bubble(of, text).locator(`.ticks[data-status="${status}"]`).waitFor()
  const composer = (of: Locator) => of.getByRole('textbox', { name: /^Message to/ })

  async function openChat(of: Locator, name: string): Promise<void> {
    await of.getByRole('button', { name: 'New chat' }).click()
    await of.getByRole('list', { name: 'People' }).getByRole('button', { name }).click()
    await composer(of).waitFor()
  }

  async function openBoth(): Promise<[Locator, Locator]> {
    const [alice, bob] = [phone('Alice'), phone('Bob')]
    await openChat(alice, 'Bob')
    await openChat(bob, 'Alice')
    return [alice, bob]
  }

  async function write(of: Locator, text: string): Promise<void> {
    await composer(of).fill(text)
    await composer(of).press('Enter')
  }

  test('a message goes from phone to phone, and its ticks come back', async () => {
    const alice = phone('Alice')
    await openChat(alice, 'Bob')
    await write(alice, 'Are you there?')
    await tick(alice, 'Are you there?', 'delivered')
    await phone('Bob').locator('.badge').first().waitFor()
    await openChat(phone('Bob'), 'Alice')
    await bubble(phone('Bob'), 'Are you there?').waitFor()
    await tick(alice, 'Are you there?', 'read')
  })

  test('typing is shown while somebody types, and a message ends it', async () => {
    const [alice, bob] = await openBoth()
    await composer(alice).pressSequentially('Hm', { delay: 20 })
    await bob.getByTestId('typing').waitFor()
    await composer(alice).press('Enter')
    await bob.getByTestId('typing').waitFor({ state: 'detached' })
    await bubble(bob, 'Hm').waitFor()
  })

  test('a reply shows what it answers', async () => {
    const [alice, bob] = await openBoth()
    await write(alice, 'Tea or coffee?')
    await bubble(bob, 'Tea or coffee?').hover()
    await bubble(bob, 'Tea or coffee?').getByRole('button', { name: 'Message actions' }).click()
    await page.getByRole('menuitem', { name: 'Reply' }).click()
    await write(bob, 'Both')
    await bubble(alice, 'Both')
      .getByRole('button', { name: /In reply to You/ })
      .waitFor()
    expect(await bubble(alice, 'Both').textContent()).toContain('Tea or coffee?')
  })

  test('a photo is uploaded, sent, and seen on the other phone', async () => {
    const [alice, bob] = await openBoth()
    const image = { name: 'red.png', mimeType: 'image/png', buffer: PNG }
    await alice.getByTestId('file-input').setInputFiles(image)
    const shown = log(bob).locator('img').last()
    await shown.waitFor()
    await expect.poll(() => shown.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBe(1)
  })

  test('what is no photo is refused with the reason', async () => {
    const [alice] = await openBoth()
    const fake = { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('<html>not a photo</html>') }
    await alice.getByTestId('file-input').setInputFiles(fake)
    await alice.getByRole('alert').filter({ hasText: 'Not sent' }).waitFor()
  })

  test('offline the outbox fills; online it empties, in order', async () => {
    const [alice, bob] = await openBoth()
    await alice.getByRole('radio', { name: 'Offline' }).check({ force: true })
    const texts = ['one', 'two', 'three'].map(text => `${text} of ${Date.now()}`)
    for (const text of texts) await write(alice, text)
    await alice.locator('[data-testid="outbox-count"][data-count="3"]').waitFor()
    await tick(alice, texts[2] as string, 'pending')
    await alice.getByRole('radio', { name: 'Online' }).check({ force: true })
    await alice.locator('[data-testid="outbox-count"][data-count="0"]').waitFor({ state: 'attached' })
    await tick(alice, texts[2] as string, 'read')
    const shown = await log(bob).locator('.text').allTextContents()
    expect(shown.filter(text => texts.includes(text))).toEqual(texts)
  })

  test('the page loaded again while it is offline still has what waits', async () => {
    const [alice, bob] = await openBoth()
    await alice.getByRole('radio', { name: 'Offline' }).check({ force: true })
    const text = `kept since ${Date.now()}`
    await write(alice, text)
    await tick(alice, text, 'pending')
    await page.reload()
    await openChat(bob, 'Alice')
    await bubble(bob, text).waitFor()
  })

  test('the gateway is killed and comes back: the phones say so, and then nothing is missing', async () => {
    const [alice, bob] = await openBoth()
    const { gateway } = await recordedPids(stack.dataDir)
    signal([gateway as number], 'SIGKILL')
    await alice
      .getByText(/Connecting|Offline|Catching up/i)
      .first()
      .waitFor()
    const text = `through the outage ${Date.now()}`
    await write(alice, text)
    await bubble(bob, text).waitFor({ timeout: 60_000 })
    await tick(alice, text, 'read')
  })

  test('pinning, muting, archiving and deleting a conversation show in the list', async () => {
    const alice = phone('Alice')
    await openChat(alice, 'Carol')
    await write(alice, 'Hello Carol')
    await tick(alice, 'Hello Carol', 'sent')
    await composer(alice).press('Escape')
    const act = async (name: string) => {
      await alice.getByRole('button', { name: 'Actions for Carol' }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await act('Pin')
    await alice.getByRole('img', { name: 'Pinned' }).waitFor()
    await act('Mute')
    await alice.getByRole('img', { name: 'Muted' }).waitFor()
    await act('Archive')
    await alice.getByRole('button', { name: 'Actions for Carol' }).waitFor({ state: 'detached' })
  })

  test('a thousand messages that pour in are shown in order, to their end', async () => {
    const [, bob] = await openBoth()
    const token = await signToken(stack.env.JWT_SECRET as string, ALICE, 600)
    const profiler = await page.context().newCDPSession(page)
    await profiler.send('Performance.enable')
    const scriptMs = async () => {
      const { metrics } = await profiler.send('Performance.getMetrics')
      return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000
    }
    const before = await scriptMs()
    const frames = page.evaluate(countFrames)
    const run = Date.now()
    for (let n = 1; n <= 1_000; n += 10) {
      const sends = Array.from({ length: 10 }, (_, index) => send(token, `${run} number ${n + index}`))
      expect(await Promise.all(sends)).not.toContain(false)
    }
    await bubble(bob, `${run} number`).waitFor()
    await expect
      .poll(async () => (await log(bob).locator('.message').last().textContent()) ?? '', { timeout: 60_000 })
      .toContain(`${run} number `)
    await page.evaluate(() => Object.assign(globalThis, { framesEnd: true }))
    const { count, rate } = await frames
    const perFrame = ((await scriptMs()) - before) / count
    process.stdout.write(
      `demo page, 1,000 messages: ${rate.toFixed(0)} frames/s, ${perFrame.toFixed(1)} ms of script a frame\n`,
    )
  })

  async function send(token: string, textContent: string): Promise<boolean> {
    const response = await fetch(`${stack.env.INGRESS_URL}/api/v1/chat/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ recipientId: BOB, contentType: 'text', textContent }),
    })
    return response.ok
  }
})

/** Runs in the page until `framesEnd` is set. */
function countFrames(): Promise<{ count: number; rate: number }> {
  const start = performance.now()
  let count = 0
  return new Promise(resolve => {
    const onFrame = (now: number) => {
      count++
      if ('framesEnd' in globalThis) resolve({ count, rate: (count * 1000) / (now - start) })
      else requestAnimationFrame(onFrame)
    }
    requestAnimationFrame(onFrame)
  })
}
