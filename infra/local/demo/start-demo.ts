import { createServer, type IncomingMessage, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { listen } from '../../../shared/listen.ts'
import { addressesOf } from '../addresses.ts'
import type { RunContext } from '../run-context.ts'
import type { Ports } from '../settings.ts'
import { buildPage } from './build-page.ts'
import { describeDemo } from './describe-demo.ts'
import { type PageAnswer, servePage } from './serve-page.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Takes in: browsers on this machine. Guarantees: holds up and stops nothing else of the stack, whatever becomes of
 * the page. Gives out: the demo page, and at `/demo.json` what it needs to begin.
 */
export async function startDemo(
  context: RunContext,
  ports: Ports,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { config } = context
  const pageFile = servePage(buildPage(context, ROOT, stack))
  const server = createDemoServer(async url =>
    url.pathname === '/demo.json'
      ? describeDemo(config, addressesOf(config, ports), url.searchParams.get('user'))
      : pageFile(url.pathname),
  )
  await listen(server, { host: config.LOCAL_HOST, port: ports.LOCAL_DEMO_PORT })
  stack.defer(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
}

function createDemoServer(answer: (url: URL) => Promise<PageAnswer>): Server {
  async function answerTo({ method, url }: IncomingMessage): Promise<PageAnswer> {
    const asked = URL.parse(url ?? '/', 'http://demo')
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { Allow: 'GET, HEAD' }, body: '' }
    if (asked === null) return { status: 400, headers: {}, body: '' }
    return answer(asked).catch(() => ({ status: 500, headers: {}, body: '' }))
  }
  return createServer(async (request, response) => {
    const { status, headers, body } = await answerTo(request)
    response.writeHead(status, { 'X-Content-Type-Options': 'nosniff', ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
}
