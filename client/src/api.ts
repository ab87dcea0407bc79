import type { Problem } from '../../shared/contract/wire.ts'
import { ChatError, toChatError } from './chat-error.ts'
import { problemError } from './problem-error.ts'
import { readJson } from './read-json.ts'
import type { Tokens } from './tokens.ts'
import type { Patience } from './wait.ts'

const BASE_PATH = '/api/v1/chat'
const TIMEOUT_MS = 15_000
/** As long as a request may wait until a change is stored, and still be answered in time. */
export const LONG_WAIT_SECONDS = 8

export interface Call {
  method: string
  /** Below the base path, with its query. */
  path: string
  body?: unknown
  /** Seconds to wait until the change is stored. */
  waitSeconds?: number
}

export interface Page {
  nextCursor?: string | null
  hasMore?: boolean
  nextBefore?: number | null
  nextAfter?: number
  clearedSeq?: number
}

export interface Answer<Data> {
  data: Data
  page: Page
}

/** One request to the REST API. Rejects with a ChatError, whatever goes wrong. */
export type Api = <Data>(call: Call) => Promise<Answer<Data>>

export interface RawAnswer {
  status: number
  text: string
  /** As the header has it. */
  retryAfter: string | null
}

/** Does with a token what `send` does, and once more with a fresh one when the server refuses the first. */
export async function withToken(
  tokens: Tokens,
  send: (token: string) => Promise<RawAnswer>,
): Promise<RawAnswer> {
  const token = await tokens.get()
  const answer = await send(token)
  return answer.status === 401 ? send(await tokens.refresh(token)) : answer
}

/** Where the API's paths begin. */
export function baseOf(apiUrl: string): string {
  return apiUrl.replace(/\/+$/, '') + BASE_PATH
}

export function createApi(apiUrl: string, tokens: Tokens, fetchIt: typeof fetch, patience: Patience): Api {
  const base = baseOf(apiUrl)

  function send({ method, path, body, waitSeconds }: Call, token: string): Promise<RawAnswer> {
    return patience.limit(TIMEOUT_MS, async signal => {
      try {
        const response = await fetchIt(base + path, {
          method,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'Content-Type': 'application/json' }),
            ...(waitSeconds !== undefined && { Prefer: `wait=${waitSeconds}` }),
          },
          signal,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        return { status: response.status, text, retryAfter: response.headers.get('Retry-After') }
      } catch (error) {
        if (signal.aborted) throw new ChatError('timeout', 'the server did not answer in time')
        throw toChatError(error)
      }
    })
  }

  return async call => readAnswer(await withToken(tokens, token => send(call, token)))
}

/** The data of a success; throws what the answer means otherwise. */
export function readAnswer<Data>({ status, text, retryAfter }: RawAnswer): Answer<Data> {
  if (status === 204) return { data: undefined as Data, page: {} }
  const body = readJson(text) as Record<string, unknown> | undefined
  if (status >= 200 && status < 300 && body) {
    return { data: (body.data ?? body) as Data, page: (body.page ?? {}) as Page }
  }
  const error = problemError({ ...(body as Partial<Problem>), status, retryAfter: Number(retryAfter) })
  // A 404 of a proxy or the login page of a hotel says nothing about the request.
  if (!body && error.code === 'rejected')
    throw new ChatError('bad-answer', `the answer is not that of a chat API (status ${status})`, { status })
  throw error
}
