import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Management, pushOf, startManagement, transcribe } from '../support/management-server.ts'
import { propertyRuns } from '../support/property-runs.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
const PUSH = pushOf('open=', 'hello')
const GET = 'GET /@connections/open= HTTP/1.1\r\nhost: h\r\n\r\n'
const MAX = 128 * 1024

let quick: Management
let plain: Management
beforeAll(async () => {
  quick = await startManagement()
  plain = await startManagement({ isPlain: true })
})
afterAll(async () => {
  await quick[Symbol.asyncDispose]()
  await plain[Symbol.asyncDispose]()
})

/** How many requests node:http served, the one that closes the connection not counted. */
async function expectSame(...pieces: (string | Buffer)[]): Promise<number> {
  const before = quick.servedByNode()
  expect(await transcribe(quick, pieces)).toEqual(await transcribe(plain, pieces))
  return quick.servedByNode() - before - 1
}

test('plain pushes are answered without node:http, one after the other', async () => {
  await using management = await startManagement()
  const client = await management.open()
  for (const payload of ['one', 'grüße', '']) await client.say(pushOf('open=', payload))
  await expect.poll(client.heard).toBe(OK.repeat(3))
  expect(management.pushed).toEqual(['one', 'grüße', ''])
  expect(management.servedByNode()).toBe(0)
})

test.each([
  ['an open connection', PUSH],
  ['one below a stage', PUSH.replace('/@', '/production/@')],
  ['one with an encoded @', PUSH.replace('/@', '/%40')],
  ['one that has left', pushOf('left=', 'hello')],
  ['an unknown one', pushOf('unknown=', 'hello')],
  ['one whose name cannot be decoded', PUSH.replace('open%3D', '%E0%A4%A')],
  ['one that fails', pushOf('broken=', 'hello')],
  [
    'one with headers of many kinds',
    pushOf('open=', 'hello', `Authorization: A b=c, d="e"\r\nX: ${'y'.repeat(3_000)}\r\n`),
  ],
])('a push to %s is answered as by node:http, without it', async (_, push) => {
  expect(await expectSame(push, push)).toBe(0)
})

test('a push to a connection that has left is answered with the error by which the SDK knows it', async () => {
  const { heard } = await transcribe(quick, [pushOf('left=', 'hello')])
  expect(heard).toMatch(
    /^HTTP\/1\.1 410 Gone\r\n.*x-amzn-errortype: GoneException\r\n\r\n\{"message":"Gone"\}HTTP/s,
  )
})

test('a push that fails is logged', async () => {
  const { heard, logged } = await transcribe(quick, [pushOf('broken=', 'hello')])
  expect(heard).toMatch(/^HTTP\/1\.1 500 /)
  expect(logged).toEqual([{ connectionId: 'broken=', error: 'Error: broken' }])
})

test('a push in two pieces is answered as by node:http wherever it is cut, and without it when its head is whole', async () => {
  for (let at = 1; at < PUSH.length; at++) {
    const isHeadWhole = at >= PUSH.indexOf('hello')
    expect(await expectSame(PUSH.slice(0, at), PUSH.slice(at)), `cut at ${at}`).toBe(isHeadWhole ? 0 : 1)
  }
})

test('a push in many pieces is put together', async () => {
  const push = pushOf('open=', 'x'.repeat(MAX))
  const pieces = Array.from({ length: 50 }, (_, at) => push.slice(at * 3_000, (at + 1) * 3_000)).filter(
    Boolean,
  )
  expect(await expectSame(...pieces, PUSH)).toBe(0)
})

const withLine = (line: string) => pushOf('open=', 'hello', `${line}\r\n`)
const withLength = (line: string) => PUSH.replace('content-length: 5', line)

test.each([
  ['a length twice', withLine('Content-Length: 5')],
  ['two lengths', withLine('content-length: 4')],
  ['a length with a sign', withLength('content-length: +5')],
  ['a negative length', withLength('content-length: -5')],
  ['a list of lengths', withLength('content-length: 5, 5')],
  ['a length in hexadecimal', withLength('content-length: 0x5')],
  ['a length with blanks around it', withLength('content-length:  5 ')],
  ['a length without a blank', withLength('content-length:5')],
  ['a blank before the colon', withLength('content-length : 5')],
  ['a length with zeros in front', withLength('content-length: 005')],
  ['an empty length', withLength('content-length: ')],
  ['a huge length', withLength('content-length: 99999999999999999999')],
  ['a length in capitals', withLength('CONTENT-LENGTH: 5')],
  ['a length too short', withLength('content-length: 4')],
  ['a length too long', withLength('content-length: 6')],
  ['no length', withLength('x: y')],
  ['chunks', withLength('transfer-encoding: chunked').replace('hello', '5\r\nhello\r\n0\r\n\r\n')],
  ['chunks and a length', withLine('Transfer-Encoding: chunked').replace('hello', '5\r\nhello\r\n0\r\n\r\n')],
  ['an unknown coding', withLine('transfer-encoding: other')],
  ['Expect: 100-continue', withLine('Expect: 100-continue')],
  ['another Expect', withLine('expect: other')],
  ['Connection: close', withLine('Connection: close')],
  ['Connection: keep-alive', withLine('connection: keep-alive')],
  ['Proxy-Connection: close', withLine('proxy-connection: close')],
  ['an upgrade', withLine('connection: upgrade\r\nupgrade: websocket')],
  ['an upgrade without a connection', withLine('upgrade: h2c')],
  ['a folded header', withLine('x: y\r\n content-length: 7')],
  ['a header without a colon', withLine('x')],
  ['a header without a name', withLine(': y')],
  ['a header with a name of two words', withLine('x y: z')],
  ['an empty header', withLine('x:')],
  ['a header with NUL', withLine('x: \0')],
  ['a header with a tab', withLine('x: \t')],
  ['a header that is not ASCII', withLine('x: ü')],
  ['a header line that ends with a bare LF', withLine('x: y\ncontent-length: 7')],
  ['a header line that ends with a bare CR', withLine('x: y\rcontent-length: 7')],
  ['bare LF everywhere', PUSH.replaceAll('\r\n', '\n')],
  ['no host', PUSH.replace('host', 'other')],
  ['an empty host', PUSH.replace('host: 127.0.0.1:8002', 'host: ')],
  ['two hosts', withLine('Host: other')],
  ['headers too long', withLine(`x: ${'y'.repeat(20_000)}`)],
  ['headers too many', withLine(Array(3_000).fill('x: y').join('\r\n'))],
  ['HTTP/1.0', PUSH.replace('HTTP/1.1', 'HTTP/1.0')],
  ['HTTP/1.1 in small letters', PUSH.replace('HTTP/1.1', 'http/1.1')],
  ['HTTP/2.0', PUSH.replace('HTTP/1.1', 'HTTP/2.0')],
  ['a method in small letters', PUSH.replace('POST', 'post')],
  ['an unknown method', PUSH.replace('POST', 'PUSH')],
  ['PUT', PUSH.replace('POST', 'PUT')],
  ['two blanks behind the method', PUSH.replace('POST ', 'POST  ')],
  ['an empty line in front', `\r\n${PUSH}`],
  ['a query', PUSH.replace(' HTTP', '?x=y HTTP')],
  ['a whole address', PUSH.replace('/@', 'http://h/@')],
  ['a path that is no connection', PUSH.replace('/@connections', '/connections')],
  ['a path two stages deep', PUSH.replace('/@', '/a/b/@')],
  ['health', PUSH.replace('/@connections/open%3D', '/health/live')],
  ['a path that is not ASCII', PUSH.replace('open', 'öpen')],
  ['a payload too large', pushOf('open=', 'x'.repeat(MAX + 1))],
  ['a payload of which a part is missing', pushOf('open=', 'hello').slice(0, -2)],
  ['a blank instead of an end', PUSH.replace('\r\n\r\n', '\r\n \r\n')],
  ['TLS', Buffer.from('16030100a5010000a1', 'hex')],
])('a request with %s is answered as by node:http', async (_, request) => {
  await expectSame(request, PUSH)
  await expectSame(PUSH, request, GET, PUSH)
  await expectSame(Buffer.concat([Buffer.from(request as string, 'latin1'), Buffer.from(PUSH)]))
})

test('whatever comes in whatever pieces is answered as by node:http', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'host: h',
      'content-length: 5',
      'Content-Length: 3',
      'content-length:5',
      'x: y',
      'x:',
      ' folded',
    ),
    fc.constantFrom('connection: close', 'expect: 100-continue', 'transfer-encoding: chunked', 'upgrade: x'),
    fc.string({ maxLength: 12 }),
  )
  const odd = fc
    .record({
      start: fc.constantFrom(
        'POST /@connections/open%3D HTTP/1.1',
        'POST /s/@connections/left= HTTP/1.1',
        'PUT /@connections/open= HTTP/1.1',
        'GET /@connections/open= HTTP/1.1',
      ),
      lines: fc.array(line, { maxLength: 5 }),
      lineEnd: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
      body: fc.constantFrom('', 'hello', '5\r\nhello\r\n0\r\n\r\n'),
    })
    .map(({ start, lines, lineEnd, body }) => [start, ...lines, '', body].join(lineEnd))
  const plainOnes = fc.constantFrom(PUSH, PUSH, GET, pushOf('left=', 'x'), PUSH + PUSH, PUSH + GET + PUSH)
  const cut = fc.double({ min: 0, max: 1, noNaN: true })
  // Whether node:http still answers a request when the bytes right behind it, in the same piece, are none is chance.
  const pieces = fc.tuple(fc.oneof(plainOnes, odd), fc.oneof(fc.constant(1), cut)).map(([request, share]) => {
    const at = Math.ceil(request.length * share)
    return [request.slice(0, at), request.slice(at)]
  })
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 4 }), async requests => {
      await expectSame(...requests.flat().filter(piece => piece !== ''))
    }),
    propertyRuns(300),
  )
})

test('a connection that asks for something else is served by node:http from then on', async () => {
  expect(await expectSame(PUSH, GET, PUSH)).toBe(2)
  expect(await expectSame(PUSH + PUSH, PUSH)).toBe(3)
})

test('requests that come while an answer is under way are answered behind it, however many', async () => {
  for (const management of [quick, plain]) {
    const client = await management.open()
    await client.say(pushOf('slow=', 'slow'))
    await expect.poll(() => management.waiting.length).toBe(1)
    client.socket.write(pushOf('left=', 'x'.repeat(60_000)).repeat(20) + PUSH.slice(0, 20))
    client.socket.write(PUSH.slice(20) + GET)
    expect(client.heard()).toBe('')
    management.release()
    await expect.poll(client.heard).toContain('connectedAt')
    expect(client.heard().match(/(?<=HTTP\/1.1 )\d+/g)).toEqual([
      '200',
      ...Array(20).fill('410'),
      '200',
      '200',
    ])
    client.socket.destroy()
    await client.closed
  }
})

test('who does not read its answers is served by node:http, which knows how to wait', async () => {
  await using management = await startManagement()
  const client = await management.open()
  client.there.cork()
  await client.say(PUSH)
  await client.say(PUSH)
  expect(management.servedByNode()).toBe(1)
  client.there.uncork()
  await expect.poll(client.heard).toBe(OK.repeat(2))
})

test.each([
  ['leaves', 'destroy' as const],
  ['breaks the connection', 'resetAndDestroy' as const],
  ['says that it sends no more', 'end' as const],
])('a client that %s while its push waits, or pauses, does no harm', async (_, leave) => {
  await using management = await startManagement()
  const waits = await management.open()
  await waits.say(pushOf('slow=', 'slow'))
  await expect.poll(() => management.waiting.length).toBe(1)
  const waitsWithMore = await management.open()
  await waitsWithMore.say(pushOf('slow=', 'slow'))
  await waitsWithMore.say(PUSH)
  const sends = await management.open()
  await sends.say(PUSH.slice(0, -1))
  const pauses = await management.open()
  await pauses.say(PUSH)
  for (const client of [waits, waitsWithMore, sends, pauses]) client.socket[leave]()
  for (const { there } of [waits, sends, pauses]) await expect.poll(() => there.destroyed).toBe(true)
  management.release()
  management.release()
  await expect.poll(() => waitsWithMore.there.destroyed).toBe(true)
  const next = await management.open()
  await next.say(PUSH)
  await expect.poll(next.heard).toBe(OK)
  expect(management.logged).toEqual([])
})

test('a request that its client cuts off is answered as by node:http', async () => {
  for (const pieces of [
    [PUSH.slice(0, -1)],
    [PUSH, PUSH.slice(0, -1)],
    [PUSH, GET.slice(0, -1)],
    [PUSH],
    [],
  ]) {
    const heard: string[] = []
    for (const management of [quick, plain]) {
      const client = await management.open()
      for (const piece of pieces) await client.say(piece)
      client.socket.end()
      await client.closed
      heard.push(client.heard())
    }
    expect(heard[0]).toBe(heard[1])
  }
})

test('a connection that broke while its push waited is given to nobody', async () => {
  await using management = await startManagement()
  const client = await management.open()
  await client.say(pushOf('slow=', 'slow'))
  await client.say(PUSH)
  client.socket.resetAndDestroy()
  await expect.poll(() => client.there.destroyed).toBe(true)
  management.release()
  await new Promise(setImmediate)
  expect(client.there.listenerCount('data')).toBe(0)
})

test('a closed server ends quiet connections at once, and the others behind their answer', async () => {
  const management = await startManagement()
  const quiet = await management.open()
  await quiet.say(PUSH)
  const silent = await management.open()
  const waits = await management.open()
  await waits.say(pushOf('slow=', 'slow'))
  const sends = await management.open()
  await sends.say(PUSH.slice(0, -1))
  const served = await management.open()
  await served.say(pushOf('slow=', 'slow', 'connection: close\r\n'))
  await expect.poll(() => management.waiting.length).toBe(2)

  const closed = once(management.server, 'close')
  management.server.close()
  await Promise.all([quiet.closed, silent.closed])
  management.release()
  management.release()
  await sends.say(PUSH.slice(-1))
  await Promise.all([waits.closed, sends.closed, served.closed, closed])
  expect(waits.heard() + sends.heard() + served.heard()).toBe(OK.repeat(3))
})

test('what came behind a push is answered by a server that was closed meanwhile', async () => {
  const management = await startManagement()
  const client = await management.open()
  await client.say(pushOf('slow=', 'slow'))
  await client.say(PUSH)
  management.server.close()
  management.release()
  await expect.poll(client.heard).toBe(OK + OK)
  client.socket.destroy()
  await once(management.server, 'close')
})

test('a server that closes all connections does not wait for answers', async () => {
  const management = await startManagement()
  const clients = [await management.open(), await management.open()]
  for (const client of clients) await client.say(pushOf('slow=', 'slow'))
  const closed = once(management.server, 'close')
  management.server.close()
  management.server.closeAllConnections()
  await closed
  await Promise.all(clients.map(client => client.closed))
  management.release()
  management.release()
})

test('a quiet connection ends after a time, one that waits for its answer does not', async () => {
  await using management = await startManagement()
  management.server.keepAliveTimeout = 50
  const [quiet, waits, served] = [await management.open(), await management.open(), await management.open()]
  await quiet.say(PUSH)
  await waits.say(pushOf('slow=', 'slow'))
  await served.say(GET.slice(0, -2))
  await quiet.closed
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(waits.there.destroyed).toBe(false)
  expect(served.there.destroyed).toBe(false)
  management.release()
  await waits.closed
  expect(waits.heard()).toBe(OK)
})
