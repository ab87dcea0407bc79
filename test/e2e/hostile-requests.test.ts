import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { beforeAll, expect, inject, test } from 'vitest'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { type ChatUser, callApi, createPair, queryDatabase } from '../support/chat-user.ts'
import { openRaw, parseAnswers, type RawAnswer, sendRaw } from '../support/raw-http.ts'

let ann: ChatUser
let ben: ChatUser
beforeAll(async () => {
  ;[ann, ben] = await createPair()
})

const ingressUrl = () => inject('stack').INGRESS_URL as string
const text = (textContent = 'hi') => ({ recipientId: ben.id, contentType: 'text', textContent })
const members = () => JSON.stringify(text()).slice(1, -1)

/** What is refused is stored nowhere; what was accepted before it, and this one after it, are. */
async function expectStored(textContents: string[]): Promise<void> {
  await ann.sendText(ben.id, 'after')
  const rows = await queryDatabase<{ text: string }>(
    'SELECT text_content AS text FROM messages WHERE sender_id = $1 ORDER BY seq',
    [ann.id],
  )
  expect(rows.map(row => row.text)).toEqual([...textContents, 'after'])
  ;[ann, ben] = await createPair()
}

/** [name, body, statuses that are right] */
const HOSTILE_JSON: [string, () => string | Buffer, number[]][] = [
  ['10 000 nested arrays', () => `${'['.repeat(10_000)}${']'.repeat(10_000)}`, [422]],
  ['10 000 nested objects', () => `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, [422]],
  ['10 000 nested arrays as its text', () => deep('textContent'), [422]],
  ['its members in __proto__', () => `{"__proto__":{${members()}}}`, [422]],
  ['its members in constructor.prototype', () => `{"constructor":{"prototype":{${members()}}}}`, [422]],
  ['10 000 keys of another meaning', () => `{${manyKeys(10_000)}}`, [413, 422]],
  ['a number that is infinite', () => `{${members()},"audioDuration":1e400}`, [422]],
  ['a recipient that is infinite', () => `{${members()},"recipientId":1e400}`, [422]],
  ['the wrong one of two recipients', () => `{${members()},"recipientId":"x"}`, [422]],
  ['a lone surrogate', () => `{${members()},"textContent":"\\ud800"}`, [422]],
  ['a NUL', () => `{${members()},"textContent":"a\\u0000b"}`, [422]],
  ['a NUL in an address', () => `{${members()},"mediaUrl":"http://a/\\u0000"}`, [422]],
  [
    '60 000 combining marks in no order',
    () => JSON.stringify(text(`a${'\u0301\u0323'.repeat(30_000)}`)),
    [422],
  ],
  ['a NUL as it is', () => `{${members()},"id":"\0"}`, [400]],
  [
    'an overlong UTF-8 sequence',
    () => Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80])]),
    [400],
  ],
  ['a surrogate in UTF-8', () => Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), [400]],
  ['UTF-16', () => Buffer.from(`{${members()}}`, 'utf16le'), [400]],
  ['NaN', () => `{${members()},"audioDuration":NaN}`, [400]],
  ['a comment', () => `{${members()} /* */}`, [400]],
  ['a comma too many', () => `{${members()},}`, [400]],
  ['two values', () => `{${members()}}{}`, [400]],
  ['a 100 000 digit number', () => `{${members()},"audioDuration":${'9'.repeat(100_000)}}`, [413, 422]],
]

const deep = (key: string) =>
  `{${members().replace(/"textContent":"[^"]*"/, `"${key}":${'['.repeat(10_000)}${']'.repeat(10_000)}`)}}`
const manyKeys = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":0`).join()

test('JSON made to harm is refused as a problem, and nothing of it is stored', async () => {
  for (const [name, makeBody, expected] of HOSTILE_JSON) {
    const headers = { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' }
    const { status, body } = await callApi('POST', '/messages', headers, makeBody())
    expect([name, expected.includes(status), status]).toEqual([name, true, status])
    expect([name, body.status]).toEqual([name, status])
  }
  await expectStored([])
})

test('what JSON leaves open is read one way: the last of two keys, no byte order mark, nothing inherited', async () => {
  for (const body of [
    `{"textContent":"first",${members()},"textContent":"last"}`,
    `\ufeff{${members().replace('hi', 'marked')}}`,
    `{"__proto__":{"contentType":"image"},"constructor":1,"to_string":2,${members()}}`,
  ])
    expect((await ann.post('/messages', body, { prefer: 'wait=10' })).status).toBe(201)
  await expectStored(['last', 'marked', 'hi'])
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', (bytes: Buffer) => bytes],
  ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
])('a body compressed by %s is 415, be it a bomb or not', async (encoding, compress) => {
  const headers = {
    authorization: `Bearer ${ann.token}`,
    'content-type': 'application/json',
    'content-encoding': encoding,
  }
  for (const bytes of [Buffer.from(`{${members()}}`), Buffer.alloc(50 * 1024 * 1024, '[')]) {
    const answer = await callApi('POST', '/messages', headers, compressBelow(compress, bytes))
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity'])
  }
  const form = { ...headers, 'content-type': 'multipart/form-data; boundary=x' }
  expect((await callApi('POST', '/upload', form, compress(Buffer.from('--x--')))).status).toBe(415)
})

/** What is not compressed at all is kept short. */
function compressBelow(compress: (bytes: Buffer) => Buffer, bytes: Buffer): Buffer {
  return compress(bytes).subarray(0, 100_000)
}

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`
const authorized = () => `Authorization: Bearer ${ann.token}`
const post = (...more: string[]) =>
  head(
    `POST ${BASE_PATH}/messages HTTP/1.1`,
    'Host: localhost',
    authorized(),
    'Content-Type: application/json',
    ...more,
  )
const get = (target = `${BASE_PATH}/unread-count`, ...more: string[]) =>
  head(`GET ${target} HTTP/1.1`, 'Host: localhost', authorized(), ...more)
const CLOSE = 'Connection: close'

/** [name, bytes, status]; each names no more than one fault. */
const MALFORMED: [string, () => string | Buffer, number][] = [
  ['nonsense', () => 'hello\r\n\r\n', 400],
  ['a TLS hello', () => Buffer.from('16030100a5010000a10303', 'hex'), 400],
  ['an unknown method', () => head(`FLY ${BASE_PATH}/messages HTTP/1.1`, 'Host: localhost'), 400],
  ['no host', () => head(`GET ${BASE_PATH}/unread-count HTTP/1.1`, CLOSE), 400],
  ['a host that is none', () => head('GET / HTTP/1.1', 'Host: a b', CLOSE), 400],
  ['another host in its target', () => get('http://a:b:c/', CLOSE), 400],
  ['a target without a slash', () => get('messages', CLOSE), 400],
  ['a space before a colon', () => get(undefined, 'X-Request-Id : a'), 400],
  ['a bare CR in a header', () => get(undefined, 'X-Request-Id: a\rX-Evil: 1'), 400],
  ['a NUL in a header', () => get(undefined, 'X-Request-Id: a\0b'), 400],
  ['two lengths', () => post('Content-Length: 2', 'Content-Length: 3'), 400],
  ['a negative length', () => post('Content-Length: -1'), 400],
  ['a length that is no number', () => post('Content-Length: 0x10'), 400],
  ['a length and chunks', () => `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`, 400],
  ['a coding that is none', () => `${post('Transfer-Encoding: xchunked')}0\r\n\r\n`, 400],
  ['a chunk of no size', () => `${post('Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`, 400],
  ['a 100 KB header', () => get(undefined, `X-Long: ${'x'.repeat(100_000)}`), 431],
  ['5 000 headers', () => get(undefined, ...Array.from({ length: 5_000 }, (_, n) => `X-${n}: ${n}`)), 431],
  ['a 100 KB target', () => get(`/${'x'.repeat(100_000)}`), 431],
]

test('what is no HTTP is answered with a problem and a closed connection', async () => {
  for (const [name, makeBytes, status] of MALFORMED) {
    const answers = await sendRaw(ingressUrl(), makeBytes())
    expect([name, answers.map(answer => answer.status)]).toEqual([name, [status]])
    expectProblem(name, answers[0] as RawAnswer)
  }
  await expectStored([])
})

function expectProblem(name: string, { status, headers, body }: RawAnswer): void {
  expect([name, headers]).toEqual([
    name,
    expect.stringMatching(/^content-type: application\/problem\+json$/im),
  ])
  expect([name, JSON.parse(body)]).toEqual([
    name,
    expect.objectContaining({ status, title: expect.stringMatching(/^[A-Z]/), detail: expect.any(String) }),
  ])
}

test('the same is true of the port of sockets', async () => {
  for (const [name, makeBytes, status] of MALFORMED) {
    // It looks at neither target, host nor body.
    if (/target|host|coding|chunk/.test(name) && status === 400) continue
    const answers = await sendRaw(inject('stack').GATEWAY_URL as string, makeBytes())
    expect([name, answers.map(answer => answer.status)]).toEqual([name, [status]])
    expectProblem(name, answers[0] as RawAnswer)
  }
})

test('a body longer than told ends its connection, and a shorter one is waited for and never stored', async () => {
  const body = JSON.stringify(text('of the told length'))
  const answers = await sendRaw(
    ingressUrl(),
    `${post(`Content-Length: ${body.length}`)}${body}DROP TABLE\r\n\r\n`,
  )
  expect(answers.map(({ status }) => status)).toEqual([202])
  const short = await openRaw(ingressUrl())
  short.write(`${post(`Content-Length: ${body.length + 1}`)}${body}`)
  const endless = await openRaw(ingressUrl())
  endless.write(`${post('Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n${body}\r\n`)
  expect((await ann.get('/unread-count')).status).toBe(200)
  for (const { socket, rest } of [short, endless]) {
    socket.end()
    expect(parseAnswers(await rest()).filter(({ status }) => status !== 400)).toEqual([])
  }
  await expectStored(['of the told length'])
})

test('requests sent behind one another are answered in their order', async () => {
  const answers = await sendRaw(
    ingressUrl(),
    Array.from({ length: 100 }, (_, n) =>
      get(undefined, `X-Request-Id: n${n}`, ...(n === 99 ? [CLOSE] : [])),
    ).join(''),
  )
  const ids = answers.map(({ headers }) => headers.match(/^x-request-id: (.+)$/im)?.[1])
  expect(ids).toEqual(Array.from({ length: 100 }, (_, n) => `n${n}`))
})

test('a request cannot be hidden in the body of another', async () => {
  const hidden = head(`DELETE ${BASE_PATH}/messages/x HTTP/1.1`, 'Host: localhost', authorized())
  for (const bytes of [
    `${get(undefined, `Content-Length: ${hidden.length}`, CLOSE)}${hidden}`,
    `${post(`Content-Length: ${hidden.length}`, CLOSE)}${hidden}`,
  ])
    expect(await sendRaw(ingressUrl(), bytes)).toHaveLength(1)
})

test('a path leads nowhere but where its route is, whatever a URL parser would make of it', async () => {
  for (const [status, path] of [
    // A load balancer takes these for paths of the API.
    [400, `${BASE_PATH}/../../../metrics`],
    [400, `${BASE_PATH}/%2e%2e/.%2E/..?a/metrics`],
    [400, `${BASE_PATH}/./unread-count`],
    [400, `${BASE_PATH}/unread-count/..`],
    [400, '/docs/../package.json'],
    [400, `${BASE_PATH}\\..\\metrics`],
    [404, '/docs/..%2f..%2fpackage.json'],
    [404, `/${BASE_PATH}/unread-count`],
    [404, `${BASE_PATH}//unread-count`],
    [404, `${BASE_PATH}/unread-count/`],
    [404, `${BASE_PATH}/UNREAD-COUNT`],
    [404, `${BASE_PATH}/unread-count%00`],
    [404, '/.env'],
    [404, `${BASE_PATH}/...`],
    [200, `${BASE_PATH}/conversations?cursor=&a=/../`],
  ] as const) {
    const answers = await sendRaw(ingressUrl(), get(path, CLOSE))
    expect([path, answers[0]?.status]).toEqual([path, status])
  }
})

test('another method than a path takes is 405 and names those, and an unknown path is 404', async () => {
  const put = await ann.call('PUT', '/messages', text())
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST'])
  const post = await ann.call('POST', '/conversations/0195510a-7c00-7000-8000-000000000001', {})
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD, PATCH'])
  expect((await ann.call('PUT', '/nothing', text())).status).toBe(404)
})
