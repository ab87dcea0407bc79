import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { createIngress, tokenOf } from './ingress-harness.ts'

const KB = 1024
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

/** Sends a body in chunks of 64 KB without telling its length; `taken` counts the chunks that were read. */
async function sendInChunks(chunks: number) {
  const commands = { async send() {}, async [Symbol.asyncDispose]() {} }
  const { app } = createIngress({ db: database.db, commands })
  let taken = 0
  const body = new ReadableStream({
    pull(controller) {
      if (taken++ < chunks) controller.enqueue(new TextEncoder().encode(' '.repeat(64 * KB)))
      else controller.close()
    },
  })
  const headers = { authorization: `Bearer ${await tokenOf(1)}`, 'content-type': 'application/json' }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  const response = await app.request('/api/v1/chat/messages', init)
  return { status: response.status, connection: response.headers.get('connection'), taken }
}

test('a body of 256 KB, its length untold, is read', async () => {
  expect((await sendInChunks(4)).status).toBe(400)
})

test('a longer one is 413 once it has been sent', async () => {
  expect(await sendInChunks(5)).toEqual({ status: 413, connection: null, taken: 6 })
})

test('one that does not end is 413 after 8 MB, and its connection closed', async () => {
  const { status, connection, taken } = await sendInChunks(1_000_000)
  expect([status, connection]).toEqual([413, 'close'])
  expect(taken).toBeLessThan(140)
})
