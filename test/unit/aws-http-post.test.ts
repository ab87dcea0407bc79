import { execFile } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { TimeoutError } from '../../shared/aws/call-within.ts'
import { GivenUpError, httpPost } from '../../shared/aws/http-post.ts'
import { createSelfSignedCertificate } from '../support/self-signed-certificate.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LIMIT = { timeoutMs: 4_000 }
/** More than the buffers between two sockets take. */
const LARGE = 'x'.repeat(8_000_000)

/** What is sent to each connection, and what a server of raw bytes says to it. */
interface Raw {
  origin: string
  sockets: Socket[]
  heard: string[]
}
const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen(server: Server, protocol = 'http', host = '127.0.0.1'): Promise<string> {
  servers.push(server)
  server.on('connection', socket => sockets.add(socket))
  server.listen(0)
  await once(server, 'listening')
  return `${protocol}://${host}:${(server.address() as AddressInfo).port}`
}

/** Answers each request, which must come as one piece, with the next of these; none: with nothing. */
async function startRaw(...answers: ((socket: Socket) => void)[]): Promise<Raw> {
  const raw: Raw = { origin: '', sockets: [], heard: [] }
  const server = createServer(socket => {
    raw.sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', data => {
      raw.heard.push(String(data))
      answers.shift()?.(socket)
    })
  })
  raw.origin = await listen(server)
  return raw
}
const say = (text: string) => (socket: Socket) => void socket.write(text)
const post = (
  origin: string,
  body: string | Uint8Array = 'x',
  limit: Parameters<typeof httpPost>[4] = LIMIT,
) => httpPost(origin, '/path', 'host: h\r\nx-one: 1\r\n', body, limit)
const untilClosed = (socket: Socket | undefined) =>
  expect.poll(() => socket === undefined || socket.destroyed || socket.readableEnded).toBe(true)

test('a request is one write with its length in bytes, text and bytes alike', async () => {
  const { origin, heard } = await startRaw(say(OK), say(OK), say(OK))
  expect(await post(origin, 'plain')).toMatchObject({ status: 200, body: 'ok' })
  await post(origin, 'ä\u{1F600}')
  await post(origin, Buffer.from('bytes'))
  const head = 'POST /path HTTP/1.1\r\nhost: h\r\nx-one: 1\r\n'
  expect(heard).toEqual([
    `${head}content-length: 5\r\n\r\nplain`,
    `${head}content-length: 6\r\n\r\nä\u{1F600}`,
    `${head}content-length: 5\r\n\r\nbytes`,
  ])
})

test('one after the other share a connection, and those at once have one each', async () => {
  const raw = await startRaw(...Array.from({ length: 5 }, () => say(OK)))
  await post(raw.origin)
  await post(raw.origin)
  expect(raw.sockets).toHaveLength(1)
  await Promise.all([post(raw.origin), post(raw.origin), post(raw.origin)])
  expect(raw.sockets).toHaveLength(3)
})

test('an answer that comes byte by byte, and one larger than what is read at once, is whole', async () => {
  const text = 'ä\u{1F600}'.repeat(60_000)
  const large = `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  const { origin } = await startRaw(async socket => {
    for (const byte of Buffer.from(OK)) {
      socket.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
  }, say(large))
  expect(await post(origin)).toMatchObject({ status: 200, body: 'ok' })
  expect((await post(origin)).body).toBe(text)
})

test('an answer without a length is whole when the server ends, and that connection is not used again', async () => {
  const raw = await startRaw(socket => void socket.end('HTTP/1.1 200 OK\r\n\r\nthe end'), say(OK))
  expect(await post(raw.origin)).toMatchObject({ status: 200, body: 'the end' })
  expect((await post(raw.origin)).body).toBe('ok')
  expect(raw.sockets).toHaveLength(2)
})

test('after "Connection: close" the next request has another connection', async () => {
  const closing = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
  const raw = await startRaw(say(closing), say(OK))
  await post(raw.origin)
  await post(raw.origin)
  expect(raw.sockets).toHaveLength(2)
  await untilClosed(raw.sockets[0])
})

test('a connection that the server closed meanwhile, or may be about to close, is not used', async () => {
  const brief = 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n'
  const raw = await startRaw(say(OK), say(brief), say(OK))
  await post(raw.origin)
  raw.sockets[0]?.destroy()
  await untilClosed(raw.sockets[0])
  await new Promise(resolve => setTimeout(resolve, 50))
  await post(raw.origin)
  await post(raw.origin)
  expect(raw.sockets).toHaveLength(3)
})

test('what comes unasked closes the connection', async () => {
  const raw = await startRaw(say(OK), say(OK))
  await post(raw.origin)
  raw.sockets[0]?.write(OK)
  await untilClosed(raw.sockets[0])
  await post(raw.origin)
  expect(raw.sockets).toHaveLength(2)
})

test.each([
  ['hangs up', (socket: Socket) => void socket.destroy()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ['ends in the middle', (socket: Socket) => void socket.end(OK.slice(0, -1))],
  ['resets in the middle of an answer without a length', resetInTheMiddle],
  ['speaks another language', say('SSH-2.0-OpenSSH\r\n\r\n')],
])('a server that %s is an error, not a hang', async (_, answer) => {
  const { origin } = await startRaw(answer)
  const error = await post(origin).catch(error => error)
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(GivenUpError)
})

async function resetInTheMiddle(socket: Socket): Promise<void> {
  await new Promise<unknown>(resolve => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf', resolve))
  setTimeout(() => socket.resetAndDestroy(), 50)
}

test('a server that ends without reading the request is an error at once', async () => {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => socket.end())
  const origin = await listen(server)
  await expect(post(origin, LARGE)).rejects.toThrow('closed before the answer')
})

test('a server that answers before it has read the request gets the next one by another connection', async () => {
  const raw = await startRaw(socket => void socket.pause().write(OK), say(OK))
  expect(await post(raw.origin, LARGE)).toMatchObject({ body: 'ok' })
  expect(await post(raw.origin)).toMatchObject({ body: 'ok' })
  expect(raw.sockets).toHaveLength(2)
})

test('nobody listening is an error', async () => {
  const server = createServer()
  const origin = await listen(server)
  server.close()
  await once(server, 'close')
  await expect(post(origin)).rejects.toThrow('ECONNREFUSED')
})

test('when the time or the signal ends it, the caller learns why and the connection is closed', async () => {
  const raw = await startRaw()
  const late = await post(raw.origin, 'x', { timeoutMs: 50 }).catch(error => error)
  expect(late).toBeInstanceOf(GivenUpError)
  expect(late.cause).toBeInstanceOf(TimeoutError)
  await untilClosed(raw.sockets[0])
  const aborting = new AbortController()
  const aborted = post(raw.origin, 'x', { abortSignal: aborting.signal }).catch(error => error)
  await expect.poll(() => raw.heard.length).toBe(2)
  aborting.abort('enough')
  expect((await aborted).cause).toBe('enough')
  await untilClosed(raw.sockets[1])
  const before = await post(raw.origin, 'x', { abortSignal: aborting.signal }).catch(error => error)
  expect(before.cause).toBe('enough')
  expect(raw.heard).toHaveLength(2)
})

test('each request on a connection has its own time, shorter or longer than that of the one before', async () => {
  const sayLater = (socket: Socket) => void setTimeout(() => socket.write(OK), 150)
  const raw = await startRaw(say(OK), sayLater, sayLater, () => undefined)
  await post(raw.origin, 'x', { timeoutMs: 50 })
  expect((await post(raw.origin, 'x', LIMIT)).status).toBe(200)
  expect((await post(raw.origin, 'x', { abortSignal: new AbortController().signal })).status).toBe(200)
  const late = await post(raw.origin, 'x', { timeoutMs: 50 }).catch(error => error)
  expect(late.cause).toEqual(new TimeoutError(50))
  expect(raw.sockets).toHaveLength(1)
})

test('an answer of 4 MB is gathered without copying it anew with each read', async () => {
  const { origin } = await startRaw(
    say(`HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n${'x'.repeat(4_000_000)}`),
  )
  const copying = vi.spyOn(Buffer.prototype, 'copy')
  const joining = vi.spyOn(Buffer, 'concat')
  try {
    expect((await post(origin)).body).toHaveLength(4_000_000)
    expect(copying.mock.calls.length).toBeLessThan(10)
    expect(joining.mock.calls.length).toBe(0)
  } finally {
    vi.restoreAllMocks()
  }
})

test('a call that cannot be made leaves neither a timer nor a listener', async () => {
  const timersBefore = timers()
  await expect(post('http://h:99999')).rejects.toThrow('Invalid URL')
  expect(timers()).toBe(timersBefore)
  const aborted = AbortSignal.abort('enough')
  await expect(post('http://h', 'x', { abortSignal: aborted })).rejects.toThrow(GivenUpError)
  expect(getEventListeners(aborted, 'abort')).toEqual([])
})
const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

test('TLS: a certificate is checked, and later connections resume the session', async () => {
  const { key, cert } = createSelfSignedCertificate('localhost')
  const resumed: boolean[] = []
  const server = createHttpsServer({ key, cert }, (request, response) => {
    request.resume().on('end', () => response.end('ok'))
  })
  server.on('secureConnection', socket => resumed.push(socket.isSessionReused()))
  const origin = await listen(server, 'https', 'localhost')
  await expect(post(origin)).rejects.toThrow('self-signed certificate')
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, cert])
  try {
    expect(await post(origin)).toMatchObject({ status: 200, body: 'ok' })
    expect((await post(origin, 'ä'.repeat(100_000))).status).toBe(200)
    await Promise.all([post(origin), post(origin)])
    expect(resumed).toEqual([false, true])
  } finally {
    setDefaultCACertificates(trusted)
  }
})

test('connections that are kept do not keep the process', async () => {
  const server = createHttpServer((request, response) => request.resume().on('end', () => response.end('ok')))
  const origin = await listen(server)
  const module = new URL('../../shared/aws/http-post.ts', import.meta.url)
  const program = `import { httpPost } from '${module}'
    console.log((await httpPost('${origin}', '/', 'host: h\\r\\n', 'x', { timeoutMs: 5000 })).body)`
  const args = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 })
  expect(stdout).toBe('ok\n')
})
