import { type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { prepareDrain } from '../../services/ingress/drain-server.ts'
import { listen } from '../../shared/listen.ts'
import { createIngress, tokenOf } from './ingress-harness.ts'

interface SampleFile {
  bytes: Buffer
  name?: string
  type?: string
}

interface Form {
  type: string
  body: Buffer
}

interface UploadAnswer {
  status: number
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

const BOUNDARY = 'a-boundary-of-the-test'

function form(fields: Record<string, string | SampleFile | readonly SampleFile[]>): Form {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map(each => Buffer.concat([Buffer.from(headingOf(name, each)), contentOf(each), CRLF])),
  )
  const body = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
  return { type: `multipart/form-data; boundary=${BOUNDARY}`, body }
}

const CRLF = Buffer.from('\r\n')

function headingOf(name: string, value: string | SampleFile): string {
  const disposition = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`
  if (typeof value === 'string') return `${disposition}\r\n\r\n`
  const type = value.type ?? 'application/octet-stream'
  return `${disposition}; filename="${value.name ?? 'file'}"\r\nContent-Type: ${type}\r\n\r\n`
}

function contentOf(value: string | SampleFile): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value.bytes
}

/** The REST API on a port, and clients that upload to it well or badly. */
export async function serveIngress(
  options: Pick<IngressDeps, 'db' | 'media' | 'uploadMaxBytes'> & Partial<IngressDeps>,
) {
  const commands = { async send() {}, async [Symbol.asyncDispose]() {} }
  const { app, logged } = createIngress({ ...options, commands })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const drain = prepareDrain(server)
  const port = await listen(server, { host: '127.0.0.1', port: 0 })

  async function open(userId: number | undefined, type: string, headers: Record<string, string | number>) {
    const token = userId === undefined ? {} : { authorization: `Bearer ${await tokenOf(userId)}` }
    const sent = request({
      ...{ host: '127.0.0.1', port, path: '/api/v1/chat/upload', method: 'POST', agent: false },
      headers: { ...token, 'content-type': type, ...headers },
    })
    const answer = new Promise<UploadAnswer>((resolve, reject) => {
      sent.once('error', reject)
      sent.once('response', async response => {
        const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) })
      })
    })
    return { sent, answer }
  }

  async function send(userId: number | undefined, { type, body }: Form, { chunked = false } = {}) {
    const { sent, answer } = await open(userId, type, chunked ? {} : { 'content-length': body.length })
    if (chunked) sent.write(body)
    sent.end(chunked ? undefined : body)
    return answer
  }

  /** Sends a form up to the end of its file, and stops there. */
  async function begin(userId: number, bytes: Buffer) {
    const { type, body } = form({ file: { bytes } })
    const end = body.subarray(-(BOUNDARY.length + 8))
    const { sent, answer } = await open(userId, type, { 'content-length': body.length })
    answer.catch(() => {})
    sent.write(body.subarray(0, -end.length))
    return { answer, end: () => sent.end(end), breakOff: () => sent.destroy() }
  }

  return {
    logged,
    form,
    send,
    begin,
    drain,
    upload: (userId: number | undefined, file: SampleFile) => send(userId, form({ file })),
    connections: () => sockets.size,
    bytesRead: () => [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
