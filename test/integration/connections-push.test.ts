import { createServer, type Server } from 'node:http'
import { expect, test } from 'vitest'
import { createPusher } from '../../shared/connections/push.ts'
import { listen } from '../../shared/listen.ts'
import { createManagementApi } from './gateway-harness.ts'

async function withServer(server: Server, run: (url: string) => Promise<void>): Promise<void> {
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  try {
    await run(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a push endpoint that refuses connections is unavailable', async () => {
  const push = createPusher(createManagementApi('http://127.0.0.1:1'))
  await expect(push('a=', 'hello')).rejects.toMatchObject({ name: 'PushError', code: 'unavailable' })
})

test('a push endpoint that never answers is unavailable after the time-out', async () => {
  await withServer(
    createServer(() => {}),
    async url => {
      const push = createPusher(createManagementApi(url), 100)
      await expect(push('a=', 'hello')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    },
  )
})

test('a push that meets a 500 once is tried again', async () => {
  let attempts = 0
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(++attempts === 1 ? 500 : 200).end()
  })
  await withServer(server, async url => {
    expect(await createPusher(createManagementApi(url))('a=', 'hello')).toBe('pushed')
    expect(attempts).toBe(2)
  })
})
