/**
 * What each operation answers to whom. `test/e2e/authorization.test.ts` asks every operation of the documents as
 * everybody, and fails for one that has no row here: a new route needs its row.
 */
import { PNG } from './media-samples.ts'

/** Two people talk; a third has deleted the talk with the first; a fourth has no part in either. */
export interface World {
  owner: Person
  peer: Person
  leaver: Person
  stranger: Person
}

interface Person {
  id: number
  token: string
}

/** What is asked about: the talk of owner and peer, or, asked by the leaver, what was deleted. */
export interface Target {
  conversationId: string
  /** From the owner, in that conversation. */
  messageId: string
  /** To whom the caller writes. */
  recipientId: number
}

export const PARTIES = ['stranger', 'leaver', 'peer', 'owner'] as const
export type Party = (typeof PARTIES)[number]

interface Request {
  method: string
  /** Below the base path. */
  path: string
  /** As JSON; a form as it is. */
  body?: object
}

export interface RestRow extends Record<Party, number> {
  ask: (target: Target) => Request
}

/** Nobody is told from another where only his own things are concerned. */
const everybody = (status: number) => ({ owner: status, peer: status, leaver: status, stranger: status })
/** The two may, and to all others it does not exist. */
const theTwo = (status: number) => ({ owner: status, peer: status, leaver: 404, stranger: 404 })
/** As a participant, but of a talk that is deleted for him: what he does to it has no effect on what he sees. */
const participants = (status: number) => ({ owner: status, peer: status, leaver: status, stranger: 404 })

/** By operation id of `docs/openapi.json`. Writing ones wait, so that the answer tells what became of it. */
export const REST_ROWS: Record<string, RestRow> = {
  listConversations: { ask: () => ({ method: 'GET', path: '/conversations?limit=100' }), ...everybody(200) },
  // Who has deleted the talk gets it back, empty; to a stranger it is a new one with that user.
  openConversation: {
    ask: ({ recipientId }) => ({ method: 'POST', path: '/conversations', body: { recipientId } }),
    ...{ owner: 200, peer: 200, leaver: 200, stranger: 201 },
  },
  getConversation: { ask: ofConversation('GET'), ...theTwo(200) },
  configureConversation: { ask: ofConversation('PATCH', '', { muted: true }), ...theTwo(200) },
  deleteConversation: { ask: ofConversation('DELETE'), ...theTwo(204) },
  listMessages: { ask: ofConversation('GET', '/messages'), ...theTwo(200) },
  listChanges: { ask: ofConversation('GET', '/changes'), ...participants(200) },
  markRead: { ask: ofConversation('POST', '/read', { upToSeq: 1 }), ...participants(200) },
  markDelivered: { ask: ofConversation('POST', '/delivered', { upToSeq: 1 }), ...participants(200) },
  setTyping: { ask: ofConversation('POST', '/typing', { isTyping: true }), ...participants(202) },
  // A stranger's reply is refused as one to a message that does not exist.
  sendMessage: {
    ask: target => ({ method: 'POST', path: '/messages', body: replyIn(target) }),
    ...{ owner: 201, peer: 201, leaver: 201, stranger: 422 },
  },
  getMessage: { ask: ofMessage('GET'), ...theTwo(200) },
  deleteMessage: { ask: ofMessage('DELETE'), ...theTwo(204) },
  getUnreadCount: { ask: () => ({ method: 'GET', path: '/unread-count' }), ...everybody(200) },
  issueTicket: { ask: () => ({ method: 'POST', path: '/ws-tickets' }), ...everybody(201) },
  uploadMedia: { ask: () => ({ method: 'POST', path: '/upload', body: formOf(PNG) }), ...everybody(201) },
  presignUpload: {
    ask: () => ({ method: 'POST', path: '/uploads', body: { contentType: 'audio/mp4', size: 68 } }),
    ...everybody(201),
  },
}

/** What comes of a frame in the end; `failed` is an `ack` and a `messageFailed` after it. */
type FrameOutcome = 'ack' | 'pong' | 'failed'

export interface FrameRow extends Record<Party, FrameOutcome> {
  data: (target: Target) => object | undefined
}

const acknowledged = { owner: 'ack', peer: 'ack', leaver: 'ack' } as const

/** By action of `docs/asyncapi.json`. */
export const FRAME_ROWS: Record<string, FrameRow> = {
  sendMessage: { data: replyIn, ...acknowledged, stranger: 'failed' },
  markRead: {
    data: ({ conversationId }) => ({ conversationId, upToSeq: 1 }),
    ...acknowledged,
    stranger: 'failed',
  },
  markDelivered: {
    data: ({ conversationId, messageId }) => ({ conversationId, messageIds: [messageId] }),
    ...acknowledged,
    stranger: 'failed',
  },
  // Never stored, so nobody is told that it came to nothing.
  typing: {
    data: ({ conversationId }) => ({ conversationId, isTyping: true }),
    ...acknowledged,
    stranger: 'ack',
  },
  ping: {
    data: () => undefined,
    owner: 'pong',
    peer: 'pong',
    leaver: 'pong',
    stranger: 'pong',
  },
}

function ofConversation(method: string, below = '', body?: object) {
  return ({ conversationId }: Target): Request => ({
    method,
    path: `/conversations/${conversationId}${below}`,
    ...(body && { body }),
  })
}

function ofMessage(method: string) {
  return ({ messageId }: Target): Request => ({ method, path: `/messages/${messageId}` })
}

function replyIn({ recipientId, messageId }: Target) {
  return { recipientId, contentType: 'text', textContent: 'an answer', replyToId: messageId }
}

function formOf(file: Buffer): FormData {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(file)]), 'file')
  return form
}
