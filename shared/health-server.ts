import { createServer } from 'node:http'
import { listen } from './listen.ts'
import { metrics } from './metrics.ts'

/** Says why the process cannot work now, or undefined when it can. */
export type ReadinessCheck = () => Promise<string | undefined>

/** Answers `/health/live`, `/health/ready` and `/metrics` for a process that has no other HTTP port. */
export async function startHealthServer(options: {
  host: string
  port: number
  check: ReadinessCheck
}): Promise<AsyncDisposable & { port: number }> {
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(request.url ?? '/', options.check)
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  const port = await listen(server, options)
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

interface Answer {
  status: number
  type: string
  body: string
}

export async function answer(path: string, check: ReadinessCheck): Promise<Answer> {
  const json = 'application/json'
  switch (path.split('?')[0]) {
    case '/health/live':
      return { status: 200, type: json, body: '{"status":"live"}' }
    case '/health/ready': {
      const problem = await check().catch(() => 'check failed')
      if (problem === undefined) return { status: 200, type: json, body: '{"status":"ready"}' }
      return { status: 503, type: json, body: JSON.stringify({ status: 'not ready', problem }) }
    }
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() }
    default:
      return { status: 404, type: json, body: '{"status":"not found"}' }
  }
}
