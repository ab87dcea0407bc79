import { Pool } from 'undici'
import { newId } from '../../../shared/contract/identifiers.ts'
import { HTTP_CONNECTIONS } from './http-connections.ts'

/** Posts one message. `onAnswer` gets the HTTP status, or undefined when there was none. Gives the message's id. */
export type PostMessage = (
  sender: Sender,
  onAnswer: (id: string, status: number | undefined) => void,
) => string

/** What of a sender's requests is the same every time. */
export interface Sender {
  headers: string[]
  bodyAfterId: string
}

const PATH = '/api/v1/chat/messages'
const ANSWER_WITHIN_MS = 30_000
/** 120 bytes. */
const TEXT =
  'Shall we meet at the garden gate around half past six? I can bring the seedlings and the two books that you had lent me.'

export function createSender(token: string, recipientId: number): Sender {
  const rest = { recipientId, contentType: 'text', textContent: TEXT }
  return {
    headers: ['authorization', `Bearer ${token}`, 'content-type', 'application/json'],
    bodyAfterId: JSON.stringify(rest).replace('{', ','),
  }
}

/** Over keep-alive connections that all senders share, as behind a load balancer. */
export function createPoster(ingressUrl: string): { post: PostMessage; close(): Promise<void> } {
  const pool = new Pool(ingressUrl, {
    connections: HTTP_CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  })
  return {
    post({ headers, bodyAfterId }, onAnswer) {
      const id = newId()
      let status: number | undefined
      pool.dispatch(
        { path: PATH, method: 'POST', headers, body: `{"id":"${id}"${bodyAfterId}` },
        {
          onRequestStart() {},
          onResponseStart(_, statusCode) {
            status = statusCode
          },
          onResponseData() {},
          onResponseEnd: () => onAnswer(id, status),
          onResponseError: () => onAnswer(id, undefined),
        },
      )
      return id
    },
    close: () => pool.destroy(),
  }
}
