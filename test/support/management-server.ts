import { once } from 'node:events'
import { createManagementServer } from '../../services/gateway/management-api.ts'
import type { OpenSocket } from '../../services/gateway/open-socket.ts'
import type { SocketDirectory } from '../../services/gateway/socket-directory.ts'
import type { Logger } from '../../shared/logger.ts'
import { hearAll, openPaced, serveByNode } from './paced-connection.ts'

export type Management = Awaited<ReturnType<typeof startManagement>>

/**
 * The management API over sockets that are named for what they do: `open=` takes what is pushed, `slow=` takes it when
 * `release` is called, `left=` is gone, `broken=` fails. `isPlain`: every request is served by node:http.
 */
export async function startManagement({ isPlain = false } = {}) {
  const pushed: string[] = []
  const logged: unknown[] = []
  const waiting: (() => void)[] = []
  const pushes: Record<string, () => Promise<'sent' | 'gone'>> = {
    'open=': async () => 'sent',
    'slow=': () => new Promise(resolve => waiting.push(() => resolve('sent'))),
    'left=': async () => 'gone',
    'broken=': async () => {
      throw new Error('broken')
    },
  }
  const find = async (connectionId: string) => {
    const push = pushes[connectionId]
    if (push === undefined) return undefined
    const socket = {
      info: { connectedAt: 0, sourceIp: '::1', userAgent: null },
      lastActiveAt: new Date(0),
      close: () => pushed.push('closed'),
      push(payload: Uint8Array) {
        pushed.push(Buffer.from(payload).toString('latin1'))
        return push()
      },
    }
    return socket as unknown as OpenSocket
  }
  const server = createManagementServer({
    sockets: { find } as SocketDirectory,
    check: async () => undefined,
    logger: { error: (fields: object) => logged.push(fields) } as unknown as Logger,
  })
  if (isPlain) serveByNode(server)
  let servedByNode = 0
  server.on('request', () => servedByNode++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    pushed,
    logged,
    waiting,
    release: () => waiting.shift()?.(),
    servedByNode: () => servedByNode,
    open: () => openPaced(server),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** What two servers must agree on: all that is answered until the connection is closed, pushed and logged. */
export async function transcribe(management: Management, pieces: (string | Buffer)[]) {
  const { server, pushed, logged } = management
  const [pushedBefore, loggedBefore] = [pushed.length, logged.length]
  const heard = (await hearAll(server, pieces)).replace(/^Date: .*\r\n/gm, '')
  return { heard, pushed: pushed.slice(pushedBefore), logged: logged.slice(loggedBefore) }
}

/** A push as the lean lane writes it. */
export function pushOf(connectionId: string, payload: string, headers = ''): string {
  const path = `/@connections/${encodeURIComponent(connectionId)}`
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:8002\r\nx-amz-date: 20261128T101010Z\r\n${headers}content-length: ${payload.length}\r\n\r\n${payload}`
}
