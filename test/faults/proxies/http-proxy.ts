import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { sleep } from '../../../shared/lifecycle.ts'
import { listen } from '../../../shared/listen.ts'
import type { TrafficLog } from './traffic-log.ts'

export interface Call {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** What is done to a call instead of passing it on as it is. */
export type Verdict =
  | {
      kind: 'answer'
      status: number
      headers?: Record<string, string>
      body: string
      /** Done before it is answered. */
      first?: () => Promise<unknown>
    }
  /** The connection is closed before the call is passed on. */
  | { kind: 'drop' }
  | { kind: 'pass'; body?: Buffer; delayMs?: number; dropAnswer?: boolean }

export type Judge = (call: Call) => Verdict | undefined

export interface HttpProxy extends AsyncDisposable {
  url: string
  /** Judges asked in turn; the first verdict counts. */
  readonly judges: Set<Judge>
  /** Sends a call of the suite's own to what is behind. */
  send(call: Call): Promise<Answer>
}

export interface HttpProxyOptions {
  upstream: { host: string; port: number }
  nameOf(call: Call): string
  log: TrafficLog
  /** Sees every call that was answered, and may change the answer. */
  onAnswer?(call: Call, answer: Answer): Answer
}

const KEEP_ALIVE_MS = 65_000

/** Passes calls on, byte for byte, unless a judge says otherwise. Bodies are small, so they are taken whole. */
export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const judges = new Set<Judge>()
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, response) => {
    void handle(incoming).then(
      answer => {
        if (answer === undefined || response.destroyed) return incoming.socket.destroy()
        return response.writeHead(answer.status, answer.headers).end(answer.body)
      },
      () => incoming.socket.destroy(),
    )
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS

  /** Undefined: the connection is dropped. */
  async function handle(incoming: IncomingMessage): Promise<Answer | undefined> {
    const { method = 'GET', url: path = '/', headers } = incoming
    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
    const call = { method, path, headers, body }
    const verdict = judge(call)
    const log = (outcome: string, ...bodies: Buffer[]) =>
      options.log.write(callerOf(headers), options.nameOf(call), outcome, body, ...bodies)
    if (verdict.kind === 'drop') return log('dropped') ?? undefined
    if (verdict.kind === 'answer') {
      await verdict.first?.()
      log(`answered ${verdict.status}`)
      return { status: verdict.status, headers: verdict.headers ?? {}, body: Buffer.from(verdict.body) }
    }
    if (verdict.delayMs) await sleep(verdict.delayMs)
    const passed = verdict.body === undefined ? call : { ...call, body: verdict.body }
    const answer = await send(passed).catch(error => {
      log(`failed ${(error as { code?: string }).code}`)
      throw error
    })
    log(verdict.dropAnswer ? `${answer.status}, answer dropped` : String(answer.status), answer.body)
    if (verdict.dropAnswer) return undefined
    return options.onAnswer?.(call, answer) ?? answer
  }

  function judge(call: Call): Verdict {
    for (const ask of judges) {
      const verdict = ask(call)
      if (verdict) return verdict
    }
    return { kind: 'pass' }
  }

  function send({ method, path, headers, body }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...options.upstream,
          agent,
          method,
          path,
          headers: { ...headers, connection: 'keep-alive', 'content-length': body.length },
        },
        async response => {
          try {
            const answered = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>))
            const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = response.headers
            const answerHeaders = { ...kept, 'content-length': String(answered.length) }
            resolve({ status: response.statusCode ?? 502, headers: answerHeaders, body: answered })
          } catch (error) {
            reject(error)
          }
        },
      )
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }

  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${port}`,
    judges,
    send,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The SDK tells AWS_SDK_UA_APP_ID in the user agent. */
export function callerOf(headers: IncomingHttpHeaders): string {
  return String(headers['user-agent']).match(/app\/([\w-]+)/)?.[1] ?? '?'
}
