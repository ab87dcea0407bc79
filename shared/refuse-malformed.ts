import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { buildProblem } from './contract/problems.ts'
import { writeHead } from './write-head.ts'

const REFUSALS: Record<string, [status: number, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'the request line and headers are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
}
const NO_HTTP: [number, string] = [400, 'this is no valid HTTP request']

/**
 * Answers what is no HTTP request with a problem, where Node.js would answer with nothing but a status. A request before
 * it on the same connection gets its own answer first.
 */
export function refuseMalformed(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: AnsweringSocket) => {
    const answering = socket._httpMessage
    if (answering?.req.complete) return void answering.once('finish', () => socket.destroySoon())
    if (error.code !== 'ECONNRESET' && socket.writable && !answering?.headersSent)
      socket.write(describe(error))
    socket.destroy(error)
  })
}

/** The answer under way. Nothing public tells of it; Node.js's own handler of malformed requests looks at the same. */
export interface AnsweringSocket extends Socket {
  _httpMessage?: ServerResponse | null
}

function describe({ code = '' }: NodeJS.ErrnoException): string {
  const [status, detail] = REFUSALS[code] ?? NO_HTTP
  const body = JSON.stringify(buildProblem(status, detail))
  const head = writeHead(status, {
    Connection: 'close',
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
  })
  return `${head}${body}`
}
