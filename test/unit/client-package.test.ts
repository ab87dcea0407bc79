import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient } from '../../client/build.ts'
import { buildReference } from '../../client/reference.ts'

let dir: string
let bytes: number

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'growzone-chat-client-'))
  bytes = await buildClient(join(dir, 'dist'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const read = (path: string) => readFile(resolve(path), 'utf8')

test('the client is at most 10 kB gzipped, and needs nothing else to run', async () => {
  expect(bytes).toBeLessThanOrEqual(10_000)
  for (const name of ['index', 'gifted-chat'])
    expect(await readFile(join(dir, 'dist', `${name}.js`), 'utf8')).not.toMatch(/\bfrom\s*["']|\bimport\b/)
})

test('its declarations stand alone: an app that uses them compiles', async () => {
  const app = `
    import { createChatClient, type Message } from './dist/types/client/src/index.js'
    import { useConversation } from './dist/types/client/src/react.js'
    const chat = createChatClient({ apiUrl: 'a', wsUrl: 'w', getToken: () => 'token' })
    chat.on('message', (message: Message) => message.seq)
    // @ts-expect-error no such event
    chat.on('massage', () => {})
    export const newest = () => useConversation(chat, 'id').messages.at(-1)?.failure?.detail
  `
  await writeFile(join(dir, 'app.ts'), app)
  const options = [
    '--strict',
    '--noEmit',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--lib',
    'es2022,dom',
  ]
  const tsc = resolve('node_modules/.bin/tsc')
  await promisify(execFile)(tsc, [...options, '--types', '', 'app.ts'], { cwd: dir })
})

test('the API reference is that of the code', async () => {
  expect(await read('client/API.md'), 'npm run docs:client writes it').toBe(
    await buildReference(join(dir, 'dist', 'types')),
  )
})

test('the screen in the README is whole, and shorter than 60 lines', async () => {
  const screen = /```tsx\n([\s\S]*?)```/.exec(await read('client/README.md'))?.[1] ?? ''
  expect(screen.trimEnd().split('\n').length).toBeLessThan(60)
  await transform(screen, { loader: 'tsx' })
})
