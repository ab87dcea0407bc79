import { once } from 'node:events'
import pino from 'pino'
import { buildApp } from '../../services/ingress/app.ts'
import type { IngressDeps } from '../../services/ingress/context.ts'
import { createRecentMessages } from '../../services/ingress/recent-messages.ts'
import { createIngressServer } from '../../services/ingress/server.ts'
import { createTokenVerifier, signToken } from '../../shared/auth.ts'
import type { CommandOf } from '../../shared/contract/commands.ts'
import { httpServerLimits } from '../../shared/http-limits.ts'
import { createLimits } from '../../shared/limits/create-limits.ts'
import { createKnownPairs } from '../../shared/limits/known-pairs.ts'
import { PUBLIC_MEDIA } from '../../shared/media/media-signer.ts'
import { openPaced, serveByNode } from './paced-connection.ts'

const JWT_SECRET = 'a-secret-for-tests-of-32-characters!'
const authorization = `Bearer ${await signToken(JWT_SECRET, 1, 600)}`

/** To whom a message is accepted when `release` is called. */
export const SLOW_RECIPIENT = 99

export type IngressServer = Awaited<ReturnType<typeof startIngressServer>>

/** The server of the REST API without database and queue. `isPlain`: every request is served by node:http. */
export async function startIngressServer({
  isPlain = false,
  headersTimeoutSeconds = 15,
  maxHeaderBytes = 16 * 1024,
} = {}) {
  const sent: CommandOf<'message.send'>[] = []
  const waiting: (() => void)[] = []
  const commands = {
    async send(command: CommandOf<'message.send'>) {
      sent.push(command)
      if (command.data.recipientId === SLOW_RECIPIENT)
        await new Promise<void>(resolve => waiting.push(resolve))
    },
  }
  const logger = pino({ level: 'silent' })
  const app = buildApp({
    commands,
    users: { requireUser: async () => {} },
    recentMessages: createRecentMessages(),
    verifyToken: createTokenVerifier({ JWT_SECRET }),
    limits: createLimits({}),
    pairs: createKnownPairs(),
    signer: PUBLIC_MEDIA,
    corsOrigins: ['https://app.example'],
    mediaOrigins: [],
    uploadMaxBytes: 1_000,
    logger,
  } as unknown as IngressDeps)
  const limits = httpServerLimits({
    HEADERS_TIMEOUT_SECONDS: headersTimeoutSeconds,
    REQUEST_TIMEOUT_SECONDS: 300,
    MAX_HEADER_BYTES: maxHeaderBytes,
  })
  const { server, drain } = createIngressServer(app, limits, logger)
  if (isPlain) serveByNode(server)
  let servedByNode = 0
  server.on('request', () => servedByNode++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    drain,
    sent,
    waiting,
    release: () => waiting.shift()?.(),
    servedByNode: () => servedByNode,
    open: () => openPaced(server),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

interface Said {
  headers?: string
  body?: string
  type?: string
}

/** A request as clients write it. `headers`: further lines, each with its end. */
export function requestOf(
  line: string,
  { headers = '', body = '', type = 'application/json' }: Said = {},
): string {
  const length = Buffer.byteLength(body)
  const bodyLines = body === '' ? '' : `Content-Type: ${type}\r\nContent-Length: ${length}\r\n`
  const fixed = `Host: chat.example:8443\r\nConnection: keep-alive\r\nX-Request-Id: mine\r\n`
  return `${line} HTTP/1.1\r\n${fixed}Authorization: ${authorization}\r\n${bodyLines}${headers}\r\n${body}`
}

export function sendOf(
  textContent: string,
  { recipientId = 2, ...said }: Said & { recipientId?: number } = {},
): string {
  const body = JSON.stringify({ recipientId, contentType: 'text', textContent })
  return requestOf('POST /api/v1/chat/messages', { body, ...said })
}

/** What two servers must agree on: all that is answered, but for what is new each time. */
export function withoutNews(heard: string): string {
  return heard
    .replace(/^Date: .*\r\n/gm, '')
    .replace(/^content-length/gm, 'Content-Length')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
}
