import { Agent, request } from 'node:http'
import type { Random } from '../random.ts'

export interface RestAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  body: any
}

export interface RestClient {
  /** One attempt at one of the ingresses, as a load balancer would choose. Throws when no answer comes. */
  call(method: string, path: string, body?: unknown): Promise<RestAnswer>
  close(): void
}

const TIMEOUT_MS = 8_000
const BASE_PATH = '/api/v1/chat'

export function createRestClient(ingressUrls: string[], token: string, random: Random): RestClient {
  const agent = new Agent({ keepAlive: true })
  return {
    call(method, path, body) {
      const json = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${token}`,
        ...(json !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(json),
        }),
      }
      return new Promise((resolve, reject) => {
        const outgoing = request(`${random.pick(ingressUrls)}${BASE_PATH}${path}`, {
          ...{ method, agent, headers },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        outgoing.once('error', reject)
        outgoing.once('response', async response => {
          try {
            const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString()
            resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
          } catch (error) {
            reject(error)
          }
        })
        outgoing.end(json)
      })
    },
    close: () => agent.destroy(),
  }
}
