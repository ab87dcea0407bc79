import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves files from memory, by their path. */
export async function servePage(files: Record<string, { type: string; body: string }>) {
  const server = createServer((request, response) => {
    const file = files[request.url ?? '/']
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': file.type }).end(file.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
