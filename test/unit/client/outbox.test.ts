import { expect, test, vi } from 'vitest'
import {
  type ChatClientOptions,
  type ChatError,
  createChatClient,
  createMemoryStorage,
} from '../../../client/src/index.ts'
import {
  CONVERSATION_ID,
  createFakeServer,
  type FakeCall,
  ME,
  makeMessage,
  PEER,
  pendingOf,
  tokenOf,
} from '../../support/fake-chat-server.ts'
import { pass, takeFakeTime } from '../../support/fake-time.ts'

takeFakeTime(Date.UTC(2026, 5, 1))

function startClient(change: Partial<ChatClientOptions> = {}, server = createFakeServer()) {
  const client = createChatClient({ ...server.options, ...change })
  const errors: ChatError[] = []
  client.on('error', error => errors.push(error))
  const shown = () =>
    client
      .conversation(CONVERSATION_ID)
      .getSnapshot()
      .messages.map(({ textContent, status }) => `${textContent} ${status}`)
  const sends = () => server.callsTo('POST', /^\/messages$/)
  const send = (text: string) => client.send({ recipientId: PEER }, { textContent: text })
  return { server, client, errors, shown, sends, send }
}

/** What the server pushes when a message is stored. */
const storedOf = ({ body }: FakeCall, seq: number) =>
  makeMessage(seq, { ...pendingOf(body), seq, version: seq, status: 'sent' })

test('a message is shown at once, sent, and settles when the server has stored it', async () => {
  const { server, client, shown, sends, send } = startClient()
  await pass(100)
  const sent = send('hello')
  expect(sent.message).toMatchObject({
    status: 'pending',
    textContent: 'hello',
    recipientId: PEER,
    senderId: ME,
  })
  expect(shown()).toEqual(['hello pending'])
  await pass(100)
  expect(sends()).toHaveLength(1)
  expect(sends()[0]?.body).toEqual({
    id: sent.id,
    recipientId: PEER,
    contentType: 'text',
    textContent: 'hello',
  })
  const message = storedOf(sends()[0] as FakeCall, 1)
  await client.conversation(CONVERSATION_ID).load()
  server.sockets[0]?.push('newMessage', message)
  expect(await sent.settled).toEqual({ status: 'sent', message })
  expect(shown()).toEqual(['hello sent'])
})

test('through a storm of 5xx the same id is sent until it is accepted, each wait longer than the last', async () => {
  const { server, sends, send } = startClient()
  await pass(100)
  let storm = 6
  server.on('POST', /^\/messages$/, ({ body }) =>
    storm-- > 0
      ? { status: 503, json: { detail: 'away' } }
      : { status: 202, json: { data: pendingOf(body) } },
  )
  send('persistent')
  await pass(60_000)
  expect(new Set(sends().map(({ body }) => body.id)).size).toBe(1)
  // Six refused, one accepted; one more asks after ten seconds of silence whether it is stored.
  expect(sends().filter(({ prefer }) => prefer === null)).toHaveLength(7)
})

test('Retry-After is honoured', async () => {
  const { server, sends, send } = startClient()
  await pass(100)
  server.on('POST', /^\/messages$/, () => ({ status: 429, json: {}, headers: { 'Retry-After': '20' } }))
  send('later')
  await pass(19_000)
  expect(sends()).toHaveLength(1)
  await pass(2_000)
  expect(sends()).toHaveLength(2)
})

test('HTML in place of an answer is no answer: the message goes out when the API is back', async () => {
  const { server, sends, send, shown } = startClient()
  await pass(100)
  let isHotel = true
  server.on('POST', /^\/messages$/, ({ body }) =>
    isHotel ? { status: 404, text: '<html>' } : { status: 202, json: { data: pendingOf(body) } },
  )
  send('from the hotel')
  await pass(5_000)
  expect(shown()).toEqual(['from the hotel pending'])
  isHotel = false
  await pass(20_000)
  expect(sends().at(-1)?.body.textContent).toBe('from the hotel')
})

test('messages to one user go out one after the other, in the order of sending', async () => {
  const { server, sends, send } = startClient()
  await pass(100)
  let open = 0
  let mostOpen = 0
  server.on('POST', /^\/messages$/, async ({ body }) => {
    mostOpen = Math.max(mostOpen, ++open)
    await new Promise(resolve => setTimeout(resolve, 20))
    open--
    return { status: 202, json: { data: pendingOf(body) } }
  })
  for (let n = 1; n <= 20; n++) send(`${n}`)
  await pass(1_000)
  expect(mostOpen).toBe(1)
  expect(sends().map(({ body }) => Number(body.textContent))).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  )
})

test('a message that the server refuses is shown with the reason; the next ones go on', async () => {
  const { server, client, shown, send, sends } = startClient()
  const failed: string[] = []
  client.on('messageFailed', ({ failure }) => failed.push(failure?.code ?? ''))
  await pass(100)
  server.on('POST', /^\/messages$/, ({ body }) =>
    body.textContent === 'bad'
      ? { status: 422, json: { title: 'Validation Failed', detail: 'textContent: too long' } }
      : { status: 202, json: { data: pendingOf(body) } },
  )
  const bad = send('bad')
  send('good')
  await pass(100)
  expect(await bad.settled).toEqual({
    status: 'failed',
    failure: { code: 'http_422', detail: 'textContent: too long' },
  })
  expect(shown()).toEqual(['bad failed', 'good pending'])
  expect(failed).toEqual(['http_422'])
  expect(sends().map(({ body }) => body.textContent)).toEqual(['bad', 'good'])
})

test('a message that cannot be stored fails by its frame; a retry has a new id, a discard removes it', async () => {
  const { server, client, shown, send, sends } = startClient()
  await pass(100)
  const sent = send('to nobody')
  await pass(100)
  const failure = { code: 'recipient_not_found' as const, detail: 'no such user' }
  server.sockets[0]?.push('messageFailed', { id: sent.id, ...failure })
  expect(await sent.settled).toEqual({ status: 'failed', failure })
  const again = client.retry(sent.id)
  await pass(100)
  expect(sends().map(({ body }) => body.id)).toEqual([sent.id, again?.id])
  expect(again?.id).not.toBe(sent.id)
  expect(shown()).toEqual(['to nobody pending'])
  client.discard(again?.id ?? '')
  expect(shown()).toEqual([])
  expect(client.retry('unknown')).toBeUndefined()
})

test('what waits survives a restart, in order, also a failed one with its reason', async () => {
  const storage = createMemoryStorage()
  const server = createFakeServer()
  server.on('POST', /^\/messages$/, ({ body }) =>
    body.textContent === 'bad' ? { status: 422, json: { detail: 'no' } } : new Error('no network'),
  )
  const before = startClient({ storage }, server)
  await pass(100)
  before.send('bad')
  for (const text of ['one', 'two', 'three']) before.send(text)
  await pass(100)
  before.client.close()

  const after = startClient({ storage })
  await pass(100)
  expect(after.shown()).toEqual(['bad failed', 'one pending', 'two pending', 'three pending'])
  expect(after.sends().map(({ body }) => body.textContent)).toEqual(['one', 'two', 'three'])
  for (const [index, call] of after.sends().entries())
    after.server.sockets[0]?.push('newMessage', storedOf(call, index + 1))
  await pass(100)
  expect(await storage.getAllKeys()).toHaveLength(1)
})

test('a clock that is set back by a day does not turn the order round', async () => {
  const { sends, send, server } = startClient()
  let isAway = true
  server.on('POST', /^\/messages$/, ({ body }) =>
    isAway ? new Error('away') : { status: 202, json: { data: pendingOf(body) } },
  )
  await pass(100)
  send('first')
  vi.setSystemTime(Date.now() - 86_400_000)
  send('second')
  vi.setSystemTime(Date.now() + 2 * 86_400_000)
  send('third')
  isAway = false
  await pass(30_000)
  const accepted = sends().filter(({ prefer }) => prefer === null)
  expect([...new Set(accepted.map(({ body }) => body.textContent))]).toEqual(['first', 'second', 'third'])
})

test('a full storage is told, and the message is sent from memory all the same', async () => {
  const full = async () => {
    throw new Error('QuotaExceededError')
  }
  const { errors, sends, send } = startClient({ storage: { ...createMemoryStorage(), setItem: full } })
  await pass(100)
  send('homeless')
  await pass(100)
  expect(sends()).toHaveLength(1)
  expect(errors[0]).toMatchObject({ code: 'storage' })
  expect(errors[0]?.message).toContain('QuotaExceededError')
})

test('a damaged entry is told and removed; the others are sent', async () => {
  const storage = createMemoryStorage()
  const prefix = `growzone-chat:${ME}:outbox:`
  await storage.setItem(`${prefix}damaged`, '{"id":"dama')
  await storage.setItem(`${prefix}foreign`, '[1,2]')
  await storage.setItem('something else', 'of the app')
  const content = { textContent: 'whole' }
  const whole = {
    id: '00000000-0000-7000-8000-000000000009',
    order: 1,
    recipientId: PEER,
    content,
    conversationId: null,
  }
  await storage.setItem(`${prefix}whole`, JSON.stringify({ ...whole, createdAt: '2026-01-01T00:00:00.000Z' }))
  const { errors, sends } = startClient({ storage })
  await pass(100)
  expect(sends().map(({ body }) => body.textContent)).toEqual(['whole'])
  expect(errors.map(({ code }) => code)).toEqual(['storage', 'storage'])
  expect(await storage.getAllKeys()).toEqual(['something else', `${prefix}whole`])
})

test('an entry that could not be read this time stays for the next start', async () => {
  const storage = createMemoryStorage()
  const server = createFakeServer()
  server.on('POST', /^\/messages$/, () => new Error('away'))
  const before = startClient({ storage }, server)
  await pass(100)
  before.send('kept')
  await pass(100)
  before.client.close()
  const busy = async () => {
    throw new Error('database is locked')
  }
  const during = startClient({ storage: { ...storage, getItem: busy } })
  await pass(100)
  expect(during.errors.map(({ message }) => message)).toEqual([expect.stringContaining('database is locked')])
  during.client.close()
  const after = startClient({ storage })
  await pass(100)
  expect(after.sends().map(({ body }) => body.textContent)).toEqual(['kept'])
})

test('an entry that another tab removes while this one starts is no damage', async () => {
  const storage = createMemoryStorage()
  const getAllKeys = async () => [`growzone-chat:${ME}:outbox:gone`]
  const { errors } = startClient({ storage: { ...storage, getAllKeys } })
  await pass(100)
  expect(errors).toEqual([])
})

test('a retry is kept before the failed message is removed: an app killed between the two loses neither', async () => {
  const storage = createMemoryStorage()
  const server = createFakeServer()
  server.on('POST', /^\/messages$/, () => ({ status: 422, json: { detail: 'no' } }))
  const { client, send } = startClient({ storage }, server)
  await pass(100)
  const { id } = send('again')
  await pass(100)
  const writes: string[] = []
  const { setItem, removeItem } = storage
  storage.setItem = (key, value) => {
    writes.push('keep')
    return setItem(key, value)
  }
  storage.removeItem = key => {
    writes.push('remove')
    return removeItem(key)
  }
  server.on('POST', /^\/messages$/, () => new Error('away'))
  client.retry(id)
  await pass(100)
  expect(writes).toEqual(['keep', 'remove'])
})

test('a failure that is told before the answer of the request stands, and is told once', async () => {
  const { server, client, send, sends, shown } = startClient()
  await pass(100)
  const answer = Promise.withResolvers<void>()
  server.on('POST', /^\/messages$/, async ({ body, prefer }) => {
    await answer.promise
    return prefer === null
      ? { status: 202, json: { data: pendingOf(body) } }
      : { status: 404, json: { detail: 'no such user' } }
  })
  const failed = vi.fn()
  client.on('messageFailed', failed)
  const { id } = send('to nobody')
  await pass(100)
  server.sockets[0]?.push('messageFailed', { id, code: 'recipient_not_found', detail: 'no such user' })
  answer.resolve()
  await pass(60_000)
  expect(shown()).toEqual(['to nobody failed'])
  expect(failed).toHaveBeenCalledTimes(1)
  expect(sends()).toHaveLength(1)
})

test('a listener that throws does not keep messages from going out', async () => {
  const { client, sends, send } = startClient()
  await pass(100)
  client.conversation(CONVERSATION_ID).subscribe(() => {
    throw new Error('a bug of the app')
  })
  await expect(pass(100)).rejects.toThrow('a bug of the app')
  send('one')
  await expect(pass(100)).rejects.toThrow('a bug of the app')
  send('two')
  await expect(pass(100)).rejects.toThrow('a bug of the app')
  expect(sends().map(({ body }) => body.textContent)).toEqual(['one', 'two'])
})

test('a storage that cannot be read is told, and sending goes on', async () => {
  const getAllKeys = async () => {
    throw new Error('disk is broken')
  }
  const { errors, sends, send } = startClient({ storage: { ...createMemoryStorage(), getAllKeys } })
  await pass(100)
  send('on')
  await pass(100)
  expect(sends()).toHaveLength(1)
  expect(errors[0]?.message).toContain('disk is broken')
})

test('two tabs of one user share what waits: both may send it, under one id, and both forget it', async () => {
  const storage = createMemoryStorage()
  const server = createFakeServer()
  server.on('POST', /^\/messages$/, () => new Error('away'))
  const first = startClient({ storage }, server)
  await pass(100)
  first.send('once')
  await pass(100)
  const second = startClient({ storage }, server)
  server.on('POST', /^\/messages$/, ({ body }) => ({ status: 202, json: { data: pendingOf(body) } }))
  await pass(20_000)
  expect(new Set(server.callsTo('POST', /^\/messages$/).map(({ body }) => body.id)).size).toBe(1)
  const [call] = server.callsTo('POST', /^\/messages$/)
  for (const socket of server.openSockets()) socket.push('newMessage', storedOf(call as FakeCall, 1))
  await pass(100)
  expect(await storage.getAllKeys()).toEqual([])
  const waiting = [first, second].map(({ shown }) => shown().filter(text => text.includes('pending')))
  expect(waiting).toEqual([[], []])
})

test('an accepted message of which nothing is heard is asked for, and found stored', async () => {
  const { server, sends, send } = startClient()
  await pass(100)
  server.on('POST', /^\/messages$/, call =>
    call.prefer === null
      ? { status: 202, json: { data: pendingOf(call.body) } }
      : { status: 201, json: { data: storedOf(call, 1) } },
  )
  const sent = send('silent')
  await pass(25_000)
  expect(await sent.settled).toMatchObject({ status: 'sent' })
  expect(sends().map(({ prefer }) => prefer)).toEqual([null, 'wait=8'])
})

test('a token that expired is refreshed once for all that wait, and the message sent again', async () => {
  let current = tokenOf(ME, 'old')
  const getToken = vi.fn(({ refresh }: { refresh: boolean }) => {
    if (refresh) current = tokenOf(ME, 'new')
    return current
  })
  const { server, sends, send } = startClient({ getToken })
  await pass(100)
  server.on('POST', /^\/messages$/, ({ body, token }) =>
    token === tokenOf(ME, 'new')
      ? { status: 202, json: { data: pendingOf(body) } }
      : { status: 401, json: { detail: 'expired' } },
  )
  for (const text of ['a', 'b']) send(text)
  await pass(100)
  expect(sends().map(({ body, token }) => `${body.textContent} ${token === current}`)).toEqual([
    'a false',
    'a true',
    'b true',
  ])
  expect(getToken.mock.calls.filter(([{ refresh }]) => refresh)).toHaveLength(1)
})
