import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type IngressServer,
  requestOf,
  SLOW_RECIPIENT,
  sendOf,
  startIngressServer,
  withoutNews,
} from '../support/ingress-server.ts'
import { hearAll } from '../support/paced-connection.ts'
import { propertyRuns } from '../support/property-runs.ts'

const SEND = sendOf('hello')
const SLOW = sendOf('slow', { recipientId: SLOW_RECIPIENT })
const GET = requestOf('GET /api/v1/chat/nothing')

let quick: IngressServer
let plain: IngressServer
beforeAll(async () => {
  quick = await startIngressServer()
  plain = await startIngressServer({ isPlain: true })
  // From then on the token is known, and what is answered at once is answered before a client has left.
  for (const ingress of [quick, plain]) {
    const client = await ingress.open()
    await client.say(SEND)
    while (client.heard() === '') await new Promise(setImmediate)
    client.socket.destroy()
  }
})
afterAll(async () => {
  await quick[Symbol.asyncDispose]()
  await plain[Symbol.asyncDispose]()
})

async function transcribe({ server, sent }: IngressServer, pieces: (string | Buffer)[]) {
  const before = sent.length
  const heard = withoutNews(await hearAll(server, pieces))
  return { heard, sent: sent.slice(before).map(({ data }) => ({ ...data, id: undefined })) }
}

/** How many requests node:http served, the one that closes the connection not counted. */
async function expectSame(...pieces: (string | Buffer)[]): Promise<number> {
  const before = quick.servedByNode()
  expect(await transcribe(quick, pieces)).toEqual(await transcribe(plain, pieces))
  return quick.servedByNode() - before - 1
}

test('messages are accepted without node:http, one after the other', async () => {
  await using ingress = await startIngressServer()
  const client = await ingress.open()
  const statuses = () => client.heard().match(/(?<=HTTP\/1.1 )\d+/g) ?? []
  for (const [index, text] of ['one', 'grüße 👋', ''].entries()) {
    await client.say(Buffer.from(sendOf(text)))
    await expect.poll(statuses).toHaveLength(index + 1)
  }
  expect(statuses()).toEqual(['202', '202', '422'])
  expect(ingress.sent.map(({ data }) => data.textContent)).toEqual(['one', 'grüße 👋'])
  expect(ingress.servedByNode()).toBe(0)
})

test.each([
  ['a message', SEND],
  ['one that is not ASCII', Buffer.from(sendOf('grüße 👋 \u2028'))],
  ['one of the longest kind', sendOf('x'.repeat(5_000))],
  ['one that is too long', sendOf('x'.repeat(5_001))],
  ['one to oneself', sendOf('x', { recipientId: 1 })],
  [
    'one with a trace',
    sendOf('x', { headers: `traceparent: 00-${'1'.repeat(32)}-${'2'.repeat(16)}-01\r\n` }),
  ],
  ['one from a web page', sendOf('x', { headers: 'Origin: https://app.example\r\n' })],
  ['one from a web page of others', sendOf('x', { headers: 'Origin: https://other.example\r\n' })],
  [
    'one of a forwarded client',
    sendOf('x', { headers: 'X-Forwarded-For: 192.0.2.1, ::1\r\nX-Forwarded-Proto: https\r\n' }),
  ],
  ['one without a token', SEND.replace('Authorization', 'X')],
  ['one with a wrong token', SEND.replace('Bearer ey', 'Bearer xy')],
  ['a body that is no JSON', requestOf('POST /api/v1/chat/messages', { body: '{"x":' })],
  ['a body that is no UTF-8', Buffer.from(sendOf('hëllo'), 'latin1').subarray(0, -1)],
  ['an empty body', requestOf('POST /api/v1/chat/messages')],
  [
    'an empty body of length 0',
    requestOf('POST /api/v1/chat/messages', { headers: 'Content-Length: 0\r\n' }),
  ],
  ['an id that is none', requestOf('GET /api/v1/chat/messages/1')],
  ['a query', requestOf('GET /api/v1/chat/conversations?limit=0&before=a%2Fb&x')],
  ['a path that does not exist', GET],
  ['a path outside the API', requestOf('GET /nothing')],
  ['a method that the path does not have', requestOf('PATCH /api/v1/chat/messages')],
  ['a delete', requestOf('DELETE /api/v1/chat/messages/1')],
  ['no form to upload', requestOf('POST /api/v1/chat/upload', { body: '{}' })],
  ['nothing to upload', requestOf('POST /api/v1/chat/upload')],
  ['health', requestOf('GET /health/live')],
  ['the page of the documents', requestOf('GET /docs')],
])('%s is answered as by node:http, without it', async (_, request) => {
  expect(await expectSame(request)).toBe(0)
  expect(await expectSame(request, SEND, request)).toBe(0)
})

test('a message in two pieces is accepted wherever it is cut, and without node:http when its head is whole', async () => {
  const bodyStart = SEND.indexOf('\r\n\r\n') + 4
  for (let at = 1; at < SEND.length; at += 7)
    expect(await expectSame(SEND.slice(0, at), SEND.slice(at)), `cut at ${at}`).toBe(at < bodyStart ? 1 : 0)
})

test('the rest of a body that does not come is waited for by node:http', { timeout: 10_000 }, async () => {
  await using ingress = await startIngressServer()
  const client = await ingress.open()
  await client.say(SEND.slice(0, -5))
  await expect.poll(ingress.servedByNode, { timeout: 5_000 }).toBe(1)
  await client.say(SEND.slice(-5))
  await expect.poll(client.heard).toMatch(/^HTTP\/1.1 202 /)
  expect(ingress.sent.map(({ data }) => data.textContent)).toEqual(['hello'])
})

const withLine = (line: string) => sendOf('hello', { headers: `${line}\r\n` })
const LENGTH = /Content-Length: \d+/.exec(SEND)?.[0] as string
const withLength = (line: string) => SEND.replace(LENGTH, line)
const length = Number(LENGTH.split(' ')[1])
const chunked = (request: string) => {
  const [head, body] = request.split('\r\n\r\n') as [string, string]
  return `${head}\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

test.each([
  ['a length twice', withLine(LENGTH)],
  ['two lengths', withLine('content-length: 4')],
  ['a length with a sign', withLength(`content-length: +${length}`)],
  ['a list of lengths', withLength(`content-length: ${length}, ${length}`)],
  ['a length in hexadecimal', withLength(`content-length: 0x${length.toString(16)}`)],
  ['a length with blanks around it', withLength(`content-length:  ${length} `)],
  ['a length without a blank', withLength(`content-length:${length}`)],
  ['a blank before the colon', withLength(`content-length : ${length}`)],
  ['a length with zeros in front', withLength(`content-length: 00${length}`)],
  ['an empty length', withLength('content-length: ')],
  ['a huge length', withLength('content-length: 99999999999999999999')],
  ['a length too short', withLength(`content-length: ${length - 1}`)],
  ['a length too long', withLength(`content-length: ${length + 1}`)],
  ['no length', withLength('x: y')],
  ['chunks', chunked(withLength('transfer-encoding: chunked'))],
  ['chunks and a length', chunked(withLine('Transfer-Encoding: chunked'))],
  ['an unknown coding', withLine('transfer-encoding: other')],
  ['a compressed body', withLine('content-encoding: gzip')],
  ['Expect: 100-continue', withLine('Expect: 100-continue')],
  ['another Expect', withLine('expect: other')],
  ['Connection: close', SEND.replace('keep-alive', 'close')],
  ['Connection twice', withLine('connection: close')],
  ['an upgrade', SEND.replace('keep-alive', 'upgrade\r\nUpgrade: websocket')],
  ['an upgrade without a connection', withLine('upgrade: h2c')],
  ['a folded header', withLine('x: y\r\n content-length: 7')],
  ['a header without a colon', withLine('x')],
  ['a header without a name', withLine(': y')],
  ['an empty header', withLine('x:')],
  ['a header with blanks behind it', withLine('idempotency-key: a \t')],
  ['a header with NUL', withLine('x: \0')],
  ['a header that is not ASCII', withLine('x: ü')],
  ['a header twice', withLine('prefer: wait=0\r\nprefer: wait=0')],
  ['two request ids', withLine('x-request-id: other')],
  ['two tokens', withLine('authorization: Bearer other')],
  ['a header named __proto__', withLine('__proto__: x')],
  ['a header named constructor', withLine('constructor: x')],
  ['a header line that ends with a bare LF', withLine('x: y\ncontent-length: 7')],
  ['a header line that ends with a bare CR', withLine('x: y\rcontent-length: 7')],
  ['bare LF everywhere', SEND.replaceAll('\r\n', '\n')],
  ['no host', SEND.replace('Host', 'Other')],
  ['an empty host', SEND.replace('Host: chat.example:8443', 'Host: ')],
  ['a host that is none', SEND.replace('Host: chat.example:8443', 'Host: a b')],
  ['a host with a path', SEND.replace('Host: chat.example:8443', 'Host: a/../../health/live?')],
  ['a host with a user', SEND.replace('Host: chat.example:8443', 'Host: a@b')],
  ['an IPv6 host', SEND.replace('Host: chat.example:8443', 'Host: [::1]:80')],
  ['two hosts', withLine('Host: other')],
  ['headers too long', withLine(`x: ${'y'.repeat(20_000)}`)],
  ['headers too many', withLine(Array(3_000).fill('x: y').join('\r\n'))],
  ['HTTP/1.0', SEND.replace('HTTP/1.1', 'HTTP/1.0')],
  ['HTTP/2.0', SEND.replace('HTTP/1.1', 'HTTP/2.0')],
  ['a method in small letters', SEND.replace('POST', 'post')],
  ['an unknown method', SEND.replace('POST', 'SEND')],
  ['PUT', SEND.replace('POST', 'PUT')],
  ['HEAD', requestOf('HEAD /health/live')],
  ['OPTIONS', requestOf('OPTIONS /api/v1/chat/messages', { headers: 'Origin: https://app.example\r\n' })],
  ['two blanks behind the method', SEND.replace('POST ', 'POST  ')],
  ['an empty line in front', `\r\n${SEND}`],
  ['dot segments', requestOf('GET /api/v1/chat/../../../health/live')],
  ['encoded dot segments', requestOf('GET /api/v1/chat/%2e%2e/messages')],
  ['two slashes', requestOf('GET //health/live')],
  ['a slash behind the path', requestOf('GET /health/live/')],
  ['an escape in the path', requestOf('GET /health/l%69ve')],
  ['a fragment', requestOf('GET /health/live#x')],
  ['a whole address', requestOf('GET http://h/health/live')],
  ['no path', requestOf('GET *')],
  ['a path that is not ASCII', requestOf('GET /hëalth/live')],
  ['a query that is not ASCII', requestOf('GET /health/live?ë')],
  ['a body of another type', sendOf('hello', { type: 'text/plain' })],
  ['a body of a type in capitals', sendOf('hello', { type: 'APPLICATION/JSON; charset=utf-8' })],
  ['a body of a type like JSON', sendOf('hello', { type: 'application/merge-patch+json' })],
  [
    'a form',
    requestOf('POST /api/v1/chat/upload', { body: '--x--\r\n', type: 'multipart/form-data; boundary=x' }),
  ],
  ['a body too large', sendOf('x'.repeat(300_000))],
  ['a large body', sendOf('x'.repeat(100_000))],
  ['a body of which a part is missing', SEND.slice(0, -2)],
  ['a blank instead of an end', SEND.replace('\r\n\r\n', '\r\n \r\n')],
  ['TLS', Buffer.from('16030100a5010000a1', 'hex')],
])('a request with %s is answered as by node:http', async (_, request) => {
  await expectSame(request, SEND)
  await expectSame(SEND, request, GET, SEND)
  await expectSame(Buffer.concat([Buffer.from(request as string, 'latin1'), Buffer.from(SEND)]))
})

test('whatever comes in whatever pieces is answered as by node:http', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'Host: h',
      'Content-Length: 59',
      'Content-Length: 3',
      'x: y',
      'x:',
      ' folded',
      'Content-Type: application/json',
    ),
    fc.constantFrom(
      'Connection: close',
      'Expect: 100-continue',
      'Transfer-Encoding: chunked',
      'Origin: https://app.example',
    ),
    fc.string({ maxLength: 12 }),
  )
  const odd = fc
    .record({
      start: fc.constantFrom(
        'POST /api/v1/chat/messages HTTP/1.1',
        'GET /health/live HTTP/1.1',
        'GET /api/v1/chat/unread-count?x HTTP/1.1',
        'PUT /api/v1/chat/messages HTTP/1.1',
      ),
      lines: fc.array(line, { maxLength: 5 }),
      lineEnd: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
      body: fc.constantFrom(
        '',
        '{}',
        '{"recipientId":1001,"contentType":"text","textContent":"h"}',
        '2\r\n{}\r\n0\r\n\r\n',
      ),
    })
    .map(({ start, lines, lineEnd, body }) => [start, ...lines, '', body].join(lineEnd))
  const usual = fc.constantFrom(SEND, SEND, GET, sendOf(''), SEND + SEND, SEND + GET + SEND)
  const cut = fc.double({ min: 0, max: 1, noNaN: true })
  // Whether node:http still answers a request when the bytes right behind it, in the same piece, are none is chance.
  const pieces = fc.tuple(fc.oneof(usual, odd), fc.oneof(fc.constant(1), cut)).map(([request, share]) => {
    const at = Math.ceil(request.length * share)
    return [request.slice(0, at), request.slice(at)]
  })
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 4 }), async requests => {
      await expectSame(...requests.flat().filter(piece => piece !== ''))
    }),
    propertyRuns(200),
  )
})

test('what comes while an answer is under way is answered behind it', async () => {
  for (const ingress of [quick, plain]) {
    const client = await ingress.open()
    await client.say(SLOW)
    await expect.poll(() => ingress.waiting.length).toBe(1)
    await client.say(GET + SEND)
    expect(client.heard()).toBe('')
    ingress.release()
    await expect.poll(() => client.heard().match(/(?<=HTTP\/1.1 )\d+/g)).toEqual(['202', '404', '202'])
    client.socket.destroy()
    await client.closed
  }
})

test('who never says anything is told so in time', { timeout: 15_000 }, async () => {
  await using ingress = await startIngressServer({ headersTimeoutSeconds: 1 })
  const silent = await ingress.open()
  await silent.closed
  expect(silent.heard()).toMatch(/^HTTP\/1.1 408 .*"title":"Request Timeout"/s)
})

test('headers that are longer than the settings allow are refused', async () => {
  await using ingress = await startIngressServer({ maxHeaderBytes: 1_000 })
  const ofLength = (length: number) => sendOf('hello', { headers: `x: ${'y'.repeat(length)}\r\n` })
  expect(await hearAll(ingress.server, [ofLength(300)])).toMatch(/^HTTP\/1.1 202 /)
  expect(await hearAll(ingress.server, [ofLength(1_000)])).toMatch(/^HTTP\/1.1 431 /)
})

test('a request that its client cuts off is answered as by node:http', async () => {
  for (const pieces of [
    [SEND.slice(0, -1)],
    [SEND, SEND.slice(0, -1)],
    [SEND, GET.slice(0, -1)],
    [SEND],
    [],
  ]) {
    const heard: string[] = []
    for (const ingress of [quick, plain]) {
      const client = await ingress.open()
      for (const piece of pieces) await client.say(piece)
      client.socket.end()
      await client.closed
      heard.push(withoutNews(client.heard()))
    }
    expect(heard[0]).toBe(heard[1])
  }
})

test('a server that ends answers what is under way and what still comes, and asks to leave', {
  timeout: 5_000,
}, async () => {
  const ingress = await startIngressServer()
  const waits = await ingress.open()
  await waits.say(SLOW)
  const pauses = await ingress.open()
  await pauses.say(SEND)
  const silent = await ingress.open()
  await expect.poll(() => ingress.waiting.length).toBe(1)
  const drained = ingress.drain()
  await pauses.say(SEND)
  ingress.release()
  await drained
  await Promise.all([waits.closed, pauses.closed, silent.closed])
  expect(waits.heard()).toMatch(/^HTTP\/1.1 202 .*\r\nConnection: close\r\n/s)
  expect(pauses.heard().match(/^Connection: .*$/gm)).toEqual(['Connection: keep-alive', 'Connection: close'])
  expect(silent.heard()).toBe('')
  expect(ingress.servedByNode()).toBe(0)
})
