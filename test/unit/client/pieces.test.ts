import { expect, test, vi } from 'vitest'
import { toGiftedChat } from '../../../client/src/gifted-chat.ts'
import { newId, readUserId } from '../../../client/src/identifiers.ts'
import { createWebStorage } from '../../../client/src/index.ts'
import { createMessageList } from '../../../client/src/message-list.ts'
import { createTokens } from '../../../client/src/tokens.ts'
import type { ChatMessage } from '../../../client/src/types.ts'
import { createUpload } from '../../../client/src/upload.ts'
import { makeConversation, makeMessage, PEER, tokenOf } from '../../support/fake-chat-server.ts'

test('an id is a UUIDv7 of its time, with a random source or without', () => {
  const now = Date.UTC(2026, 0, 1)
  const v7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(newId(now)).toMatch(v7)
  expect(Number.parseInt(newId(now).replace('-', '').slice(0, 12), 16)).toBe(now)
  vi.stubGlobal('crypto', undefined)
  expect(newId()).toMatch(v7)
  expect(new Set(Array.from({ length: 1_000 }, () => newId(now))).size).toBe(1_000)
  vi.unstubAllGlobals()
})

test('the user is read from sub, else from user_id; from no token nothing', () => {
  const token = (claims: object) => `x.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.y`
  expect(readUserId(tokenOf(7))).toBe(7)
  expect(readUserId(token({ user_id: '12' }))).toBe(12)
  expect(readUserId(token({}))).toBeUndefined()
  expect(readUserId('nonsense')).toBeUndefined()
})

test('localStorage serves as storage', async () => {
  const items = new Map<string, string>()
  const storage = createWebStorage({
    getItem: key => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: key => void items.delete(key),
    clear: () => items.clear(),
    key: index => [...items.keys()][index] ?? null,
    get length() {
      return items.size
    },
  })
  await storage.setItem('a', '1')
  expect([await storage.getItem('a'), await storage.getItem('b')]).toEqual(['1', null])
  expect(await storage.getAllKeys()).toEqual(['a'])
  await storage.removeItem('a')
  expect(await storage.getAllKeys()).toEqual([])
})

test('gifted-chat gets the newest first, with ticks, media, and the reason of a failure', () => {
  const { otherUser } = makeConversation()
  const failure = { code: 'http_422', detail: 'too long' }
  const failed: ChatMessage = { ...makeMessage(3), seq: null, status: 'failed', failure }
  const image = makeMessage(2, {
    contentType: 'image',
    textContent: null,
    mediaUrl: 'https://m.test/1.png',
    status: 'read',
  })
  expect(toGiftedChat([makeMessage(1), image, failed], [otherUser])).toEqual([
    expect.objectContaining({ _id: failed.id, failure: 'too long', sent: false, pending: false }),
    expect.objectContaining({ image: 'https://m.test/1.png', text: '', sent: true, received: true }),
    expect.objectContaining({
      text: 'text 1',
      sent: true,
      received: false,
      user: { _id: PEER, name: 'Peer' },
    }),
  ])
})

test('an upload without XMLHttpRequest goes by fetch, once more with a fresh token, and can be aborted', async () => {
  const tokens: string[] = []
  const fetchIt = vi.fn(async (_: unknown, init?: RequestInit) => {
    init?.signal?.throwIfAborted()
    tokens.push(new Headers(init?.headers).get('Authorization') ?? '')
    const form = init?.body as FormData
    const file = form.get('file') as File
    return tokens.length === 1
      ? Response.json({ detail: 'expired' }, { status: 401 })
      : Response.json(
          { data: { url: 'https://m.test/a', contentType: file.type, size: file.size } },
          { status: 201 },
        )
  })
  let fresh = 0
  const source = createTokens(({ refresh }) => (refresh ? `fresh ${++fresh}` : 'old'))
  const upload = createUpload('http://api.test/', source, fetchIt as typeof fetch)
  const progress = vi.fn()
  const file = new Blob(['abc'], { type: 'image/png' })
  expect(await upload(file, { onProgress: progress })).toEqual({
    ...{ url: 'https://m.test/a', contentType: 'image/png', size: 3 },
  })
  expect(tokens).toEqual(['Bearer old', 'Bearer fresh 1'])
  expect(progress).toHaveBeenLastCalledWith(1)
  await expect(upload(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
})

test('the same version with another address of its media takes its place; an older version does not', () => {
  const list = createMessageList()
  const image = (version: number, query: string) => ({
    ...makeMessage(1),
    ...{ seq: 1, version, contentType: 'image' as const, mediaUrl: `https://m.test/1.png?${query}` },
  })
  list.putOlder([image(2, 'yesterday')], false)
  expect(list.put([image(2, 'today')])).toBe(true)
  expect(list.put([image(2, 'today')])).toBe(false)
  expect(list.put([image(1, 'tomorrow')])).toBe(false)
  expect(list.all()[0]?.mediaUrl).toBe('https://m.test/1.png?today')
})
