import type { Conversation, FrameData, Message } from '../../shared/contract/wire.ts'

/** What a test lets the server answer: a status with JSON, or a text that is none. */
export type FakeAnswer = { status: number; json?: unknown; text?: string; headers?: Record<string, string> }
type Handler = (call: FakeCall) => FakeAnswer | Promise<FakeAnswer> | Error

export interface FakeCall {
  method: string
  /** Below the base path, with the query. */
  path: string
  token: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any
  prefer: string | null
}

export const ME = 1
export const PEER = 2
export const CONVERSATION_ID = '00000000-0000-5000-8000-000000000001'
const NOW = '2026-01-01T00:00:00.000Z'
const BASE = 'http://api.test/api/v1/chat'

/** A token that names a user, as the server's would; nobody checks its signature. */
export const tokenOf = (user = ME, mark = '') =>
  `e30.${btoa(JSON.stringify({ sub: String(user), mark }))}.signature`

export function makeMessage(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    conversationId: CONVERSATION_ID,
    ...{ senderId: PEER, recipientId: ME, contentType: 'text', textContent: `text ${seq}` },
    ...{ mediaUrl: null, mediaThumbnailUrl: null, audioDuration: null, replyToId: null },
    ...{ seq, version: seq, status: 'sent', createdAt: NOW, sentAt: NOW, deliveredAt: null, readAt: null },
    ...change,
  }
}

export function makeConversation(change: Partial<Conversation> = {}): Conversation {
  return {
    id: CONVERSATION_ID,
    participant1Id: ME,
    participant2Id: PEER,
    otherUser: { id: PEER, username: 'peer', name: 'Peer', avatarUrl: null },
    ...{ lastMessage: null, lastMessageAt: null, unreadCount: 0, pinned: false, muted: false },
    ...{ archived: false, lastSeq: 0, version: 0, clearedSeq: 0, createdAt: NOW, updatedAt: NOW },
    ...change,
  }
}

/**
 * A server of the contract in memory, for what a real one cannot be made to do: answers in HTML, storms of 5xx, sockets
 * that do not speak. It accepts every message and stores nothing unless a test says so.
 */
export function createFakeServer() {
  const calls: FakeCall[] = []
  const sockets: FakeSocket[] = []
  let ticketCount = 0
  const handlers: { method: string; path: RegExp; handle: Handler }[] = []
  const settings = { opens: true, pongs: true, conversations: [makeConversation()] }

  /** The newest handler that fits answers. */
  function on(method: string, path: RegExp, handle: Handler): void {
    handlers.unshift({ method, path, handle })
  }

  on('GET', /^\/conversations\?/, () => ({ status: 200, json: { data: settings.conversations, page: {} } }))
  on('GET', /^\/conversations\/[^/]+$/, () => ({ status: 200, json: { data: settings.conversations[0] } }))
  on('GET', /messages/, () => ({ status: 200, json: { data: [], page: { hasMore: false } } }))
  on('GET', /changes/, () => ({ status: 200, json: { data: [], page: { hasMore: false, nextAfter: 0 } } }))
  on('POST', /(read|delivered|typing)$/, () => ({ status: 202, json: { success: true } }))
  on('POST', /^\/ws-tickets$/, () => ({
    status: 201,
    json: { data: { ticket: `ticket-${++ticketCount}`, expiresAt: NOW } },
  }))
  on('POST', /^\/messages$/, ({ body }) => ({ status: 202, json: { data: pendingOf(body) } }))

  const fakeFetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    const call = {
      method: init.method ?? 'GET',
      path: String(url).slice(BASE.length),
      token: headers.get('Authorization')?.slice('Bearer '.length) ?? '',
      body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
      prefer: headers.get('Prefer'),
    }
    calls.push(call)
    const handler = handlers.find(({ method, path }) => method === call.method && path.test(call.path))
    const aborted = new Promise<Error>(abort =>
      init.signal?.addEventListener('abort', () => abort(new Error('aborted'))),
    )
    const answer = await Promise.race([handler?.handle(call), aborted])
    if (answer === undefined) throw new Error(`no handler for ${call.method} ${call.path}`)
    if (answer instanceof Error) throw answer
    const text = answer.text ?? JSON.stringify(answer.json)
    const body = answer.status === 204 ? null : text
    return new Response(body, { status: answer.status, headers: answer.headers ?? {} })
  }

  class FakeSocket {
    readonly url: string
    readonly sent: { action: string; data: unknown }[] = []
    isClosed = false
    onopen: (() => void) | undefined
    onmessage: ((event: { data: string }) => void) | undefined
    onclose: (() => void) | undefined
    onerror: (() => void) | undefined

    constructor(url: string) {
      this.url = url
      sockets.push(this)
      queueMicrotask(() => (settings.opens ? this.onopen?.() : this.drop()))
    }

    send(text: string): void {
      const frame = JSON.parse(text)
      this.sent.push(frame)
      if (frame.action === 'ping' && settings.pongs)
        queueMicrotask(() => this.onmessage?.({ data: '{"type":"pong","data":{}}' }))
    }

    push<Type extends keyof FrameData>(type: Type, data: FrameData[Type]): void {
      this.onmessage?.({ data: JSON.stringify({ type, data }) })
    }

    /** As a network does. */
    drop(): void {
      this.isClosed = true
      this.onclose?.()
    }

    close(): void {
      this.isClosed = true
    }
  }

  return {
    ...{ calls, sockets, settings, on },
    /** What a client needs to talk to it. */
    options: {
      apiUrl: 'http://api.test',
      wsUrl: 'ws://socket.test',
      getToken: () => tokenOf(),
      fetch: fakeFetch as typeof fetch,
      WebSocket: FakeSocket as unknown as typeof WebSocket,
    },
    openSockets: () => sockets.filter(socket => !socket.isClosed),
    callsTo: (method: string, path: RegExp) =>
      calls.filter(call => call.method === method && path.test(call.path)),
  }
}

export type FakeServer = ReturnType<typeof createFakeServer>

export function pendingOf(body: { id: string; recipientId: number; textContent?: string }): Message {
  const own = {
    id: body.id,
    senderId: ME,
    recipientId: body.recipientId,
    textContent: body.textContent ?? null,
  }
  return makeMessage(1, { ...own, seq: null, version: null, status: 'pending' })
}
