import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressesOf, demoOrigins } from '../../infra/local/addresses.ts'
import { describeDemo } from '../../infra/local/demo/describe-demo.ts'
import { isBuilt, markBuilt } from '../../infra/local/demo/page-age.ts'
import { servePage } from '../../infra/local/demo/serve-page.ts'
import { localConfig, type Ports } from '../../infra/local/settings.ts'
import { createTokenVerifier } from '../../shared/auth.ts'
import { readConfig } from '../../shared/config.ts'

const PORTS = { LOCAL_INGRESS_PORT: 8000, LOCAL_GATEWAY_PORT: 8001, LOCAL_DEMO_PORT: 8080 } as Ports
const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const configOf = (env: Record<string, string> = {}) => readConfig(localConfig, { JWT_SECRET, ...env })
const HOUR_MS = 3_600_000

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chat-demo-'))
  folder = join(root, 'client/demo/dist')
  await mkdir(join(folder, 'assets'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true }))

const demoOf = async (env?: Record<string, string>, user: string | null = null) => {
  const config = configOf(env)
  const { status, headers, body } = await describeDemo(config, addressesOf(config, PORTS), user)
  return { status, headers, json: JSON.parse(String(body)) }
}

test('demo.json names the APIs and gives every demo user a token for an hour', async () => {
  const { status, headers, json } = await demoOf()
  expect([status, headers['Cache-Control']]).toEqual([200, 'no-store'])
  expect(json).toMatchObject({
    apiUrl: 'http://localhost:8000',
    wsUrl: 'ws://localhost:8001',
    users: [
      { id: 1, username: 'alice', name: 'Alice' },
      { id: 2, username: 'bob', name: 'Bob' },
      { id: 3, username: 'carol', name: 'Carol' },
    ],
  })
  const verify = createTokenVerifier({ JWT_SECRET })
  for (const { id, token } of json.users) {
    const { userId, expiresAt } = await verify(token)
    expect(userId).toBe(id)
    expect(Math.abs((expiresAt?.getTime() ?? 0) - Date.now() - HOUR_MS)).toBeLessThan(5_000)
  }
})

test('it gives one user alone when asked for one, and knows no others', async () => {
  expect((await demoOf({}, '2')).json.users).toEqual([
    { id: 2, username: 'bob', name: 'Bob', token: expect.any(String) },
  ])
  expect((await demoOf({}, '99')).status).toBe(404)
})

test('where tokens come from elsewhere it gives none', async () => {
  const { json } = await demoOf({ JWKS_URL: 'https://issuer.example/keys' })
  expect(json.users[0]).toEqual({ id: 1, username: 'alice', name: 'Alice' })
})

test('the page is asked for anew each time, and its assets are kept', async () => {
  await writeFile(join(folder, 'index.html'), '<h1>')
  await writeFile(join(folder, 'assets/main-Xy_1.js'), 'js')
  await writeFile(join(folder, 'icon.svg'), '<svg/>')
  const get = servePage({ folder, state: () => '' })
  for (const [path, type, cache] of [
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/icon.svg', 'image/svg+xml', 'no-cache'],
    ['/assets/main-Xy_1.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ] as const) {
    const { status, headers } = await get(path)
    expect([path, status, headers]).toEqual([path, 200, { 'Content-Type': type, 'Cache-Control': cache }])
  }
})

test.each([
  ...['/../secret', '/assets/../../secret', '/%2e%2e/secret', '/..%2fsecret', '/assets/..', '//etc/passwd'],
  ...['/.built', '/assets/.hidden', '/assets', '/assets/', '/nothing.js', '/deep/down/file'],
])('%s is not found', async path => {
  await writeFile(join(root, 'client/demo/secret'), 'secret')
  await writeFile(join(folder, '.built'), '')
  expect((await servePage({ folder, state: () => '' })(path)).status).toBe(404)
})

test('while there is no page yet, its place says so and comes again', async () => {
  const { status, headers, body } = await servePage({ folder, state: () => 'is being built' })('/')
  expect([status, headers.Refresh, body]).toEqual([503, '1', 'The demo page is being built.\n'])
})

test('a page is built again when a source has changed since its build began', async () => {
  const sources = ['client/demo', 'shared/contract']
  const source = join(root, 'client/demo/main.tsx')
  await writeFile(source, '')
  await writeFile(join(root, 'package-lock.json'), '{}')
  expect(isBuilt(folder, root, sources)).toBe(false)
  const startedAt = new Date(Date.now() + 1_000)
  markBuilt(folder, startedAt)
  await writeFile(join(folder, 'index.html'), 'written during the build')
  await utimes(join(folder, 'index.html'), startedAt, new Date(Date.now() + HOUR_MS))
  expect(isBuilt(folder, root, sources)).toBe(true)
  await utimes(source, startedAt, new Date(startedAt.getTime() + 1))
  expect(isBuilt(folder, root, sources)).toBe(false)
})

test('the page may call the API from either name of this machine, and from the address of others', () => {
  expect(demoOrigins(configOf(), PORTS)).toEqual(['http://localhost:8080', 'http://127.0.0.1:8080'])
  expect(demoOrigins(configOf({ LOCAL_HOST: '192.168.1.5' }), PORTS)).toContain('http://192.168.1.5:8080')
  expect(demoOrigins(configOf({ LOCAL_DEMO: 'off' }), PORTS)).toEqual([])
})
