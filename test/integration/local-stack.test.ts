import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { stopOrphan } from '../../infra/local/postgres-cluster.ts'
import { startTimeOf } from '../../infra/local/process-identity.ts'
import { listen } from '../../shared/listen.ts'
import { captureOutput } from '../support/capture-output.ts'

const CLI = new URL('../../infra/cli/growzone-chat.mjs', import.meta.url).pathname
const FREE_PORTS = Object.fromEntries(
  [
    ...['INGRESS', 'GATEWAY', 'MANAGEMENT', 'PERSISTER_HEALTH', 'DELIVERY_HEALTH'],
    ...['POSTGRES', 'AWS', 'DYNAMODB', 'DEMO'],
  ].map(part => [`LOCAL_${part}_PORT`, '0']),
)

vi.setConfig({ testTimeout: 60_000 })

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

test('starts once per folder, restarts what dies, heals after a kill, and Ctrl-C leaves nothing', async () => {
  const dataDir = await temporaryFolder()
  const first = runLocal(dataDir)
  await first.waitForLine(/^ready$/)

  const second = runLocal(dataDir)
  expect(await second.ended).toBe(2)
  expect(second.errors()).toBe(
    `growzone-chat local: is already running on ${dataDir} (process ${first.child.pid}); stop that one first\n`,
  )

  const { persister } = await recordedPids(dataDir)
  process.kill(persister as number, 'SIGKILL')
  await first.waitForLine(/^persister ended \(SIGKILL\); starting it again in 0.2 s$/)
  await first.waitForLine(/^persister runs again/)

  const orphans = await allPids(dataDir)
  first.child.kill('SIGKILL')
  await first.ended
  const third = runLocal(dataDir)
  await third.waitForLine(/^ended what an earlier run left: .*PostgreSQL/)
  await third.waitForLine(/^ready$/)
  expect(orphans.filter(pid => startTimeOf(pid) !== undefined)).toEqual([])
  expect(third.output()).toContain('database: 0 migrations applied, users 1 alice, 2 bob, 3 carol')
  await expectToBeOfUse(dataDir, third.output())

  const running = await allPids(dataDir)
  expect(running).toHaveLength(7)
  third.child.kill('SIGINT')
  expect(await third.ended).toBe(0)
  expect(running.filter(pid => startTimeOf(pid) !== undefined)).toEqual([])
})

test('Ctrl-C while starting leaves nothing', async () => {
  const dataDir = await temporaryFolder()
  const local = runLocal(dataDir)
  await local.waitForLine(/^PostgreSQL: ready/)
  const running = await allPids(dataDir)
  local.child.kill('SIGINT')
  expect(await local.ended).toBe(0)
  expect(local.output()).toMatch(/stopped\n$/)
  expect(running.filter(pid => startTimeOf(pid) !== undefined)).toEqual([])
})

test('a busy port is told with the variable that changes it', async () => {
  const busy = createServer()
  const port = await listen(busy, { host: '127.0.0.1', port: 0 })
  cleanup.push(() => busy.close())
  const local = runLocal(await temporaryFolder(), { LOCAL_INGRESS_PORT: String(port) })
  expect(await local.ended).toBe(2)
  expect(local.errors()).toBe(
    `growzone-chat local: port ${port} on 127.0.0.1 is in use; stop what uses it or choose another port (ingress; LOCAL_INGRESS_PORT sets it)\n`,
  )
})

test('a folder that cannot be written is told in one line', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  const unwritable = runLocal(join(file, 'data'))
  expect(await unwritable.ended).toBe(2)
  expect(unwritable.errors()).toMatch(/^growzone-chat local: cannot write to .*LOCAL_DATA_DIR.*\n$/)
})

test('the demo page is built and served, and may call the API', async () => {
  const dataDir = await temporaryFolder()
  const local = runLocal(dataDir, { LOCAL_DEMO: 'on' })
  await local.waitForLine(/^ {2}demo {7}http:\/\/localhost:\d+\/ {3}two phones side by side$/)
  const { DEMO_URL = '' } = parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8'))

  const described = await fetch(`${DEMO_URL}demo.json`)
  const { apiUrl, users } = (await described.json()) as { apiUrl: string; users: [{ token: string }] }
  const origin = new URL(DEMO_URL).origin
  const answer = await fetch(`${apiUrl}/api/v1/chat/unread-count`, {
    headers: { authorization: `Bearer ${users[0].token}`, origin },
  })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])

  await expect.poll(async () => (await fetch(DEMO_URL)).status).toBe(200)
  const script = (await (await fetch(DEMO_URL)).text()).match(/src="\/(assets\/[^"]+\.js)"/)?.[1]
  const asset = await fetch(DEMO_URL + script)
  expect([asset.status, asset.headers.get('cache-control')]).toEqual([
    200,
    'public, max-age=31536000, immutable',
  ])
})

test("the demo's port is told when it is busy", async () => {
  const busy = createServer()
  const port = await listen(busy, { host: '127.0.0.1', port: 0 })
  cleanup.push(() => busy.close())
  const settings = { LOCAL_DEMO: 'on', LOCAL_DEMO_PORT: String(port) }
  const local = runLocal(await temporaryFolder(), settings)
  expect(await local.ended).toBe(2)
  expect(local.errors()).toContain('(demo page; LOCAL_DEMO_PORT sets it)')
})

async function expectToBeOfUse(dataDir: string, output: string) {
  const { INGRESS_URL } = parseEnv(await readFile(join(dataDir, 'local.env'), 'utf8'))
  const token = output.match(/^Token of alice .*\n(.+)$/m)?.[1]
  const answer = await fetch(`${INGRESS_URL}/api/v1/chat/unread-count`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(await answer.json()).toEqual({ data: { total: 0, conversations: 0 } })
}

function runLocal(dataDir: string, settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, 'local'], {
    env: { PATH: process.env.PATH, ...FREE_PORTS, LOCAL_DEMO: 'off', ...settings, LOCAL_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  cleanup.push(async () => {
    if (isRunning(child)) child.kill('SIGTERM')
    await ended
  })
  const { output, errors } = captureOutput(child)
  return {
    child,
    ended,
    output,
    errors,
    async waitForLine(line: RegExp) {
      const pattern = new RegExp(line, 'm')
      while (!pattern.test(output())) {
        if (!isRunning(child)) throw new Error(`ended without a line ${line}: ${output()}${errors()}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

async function recordedPids(dataDir: string): Promise<Record<string, number>> {
  const record = JSON.parse(await readFile(join(dataDir, 'processes.json'), 'utf8'))
  return Object.fromEntries(Object.entries<{ pid: number }>(record).map(([name, { pid }]) => [name, pid]))
}

/** Every process of the stack: four services, AWS, its provisioning, PostgreSQL. */
async function allPids(dataDir: string): Promise<number[]> {
  const [postmaster] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')
  return [...Object.values(await recordedPids(dataDir)), Number(postmaster)]
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-local-stack-'))
  cleanup.push(async () => {
    await stopOrphan(join(folder, 'postgres'))
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}
