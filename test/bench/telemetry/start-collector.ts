import { createServer } from 'node:http'
import { listen } from '../../../shared/listen.ts'

export interface Collector extends AsyncDisposable {
  readonly url: string
  /** Taken so far. */
  readonly bytes: number
}

/** Takes traces over OTLP/HTTP and forgets them. */
export async function startCollector(): Promise<Collector> {
  let bytes = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${port}`,
    get bytes() {
      return bytes
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
