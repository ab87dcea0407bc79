import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { takeLeanLane } from '../../shared/aws/lean-lane.ts'
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

test('a push that meets a 500 once is tried again, byte for byte', async () => {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    heard.push(await text(request))
    response.writeHead(heard.length === 2 ? 500 : 200).end()
  })
  await withServer(server, async url => {
    const push = createPusher(takeLeanLane(createManagementApi(url), { CHAT_LEAN_LANE: 'on' }))
    const [bySdk, byBoth, byLane] = ['1 ä\u{1F600}', '2 ä\u{1F600}', '3 ä\u{1F600}'] as const
    for (const payload of [bySdk, byBoth, byLane]) expect(await push('a=', payload)).toBe('pushed')
    expect(heard).toEqual([bySdk, byBoth, byBoth, byLane])
  })
})
