import pg from 'pg'
import { inject } from 'vitest'
import { WebSocket as WsClient } from 'ws'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { signToken } from '../../shared/auth.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { checkAnswer } from './documented-answers.ts'
import { faultOfFrame } from './documented-frames.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export interface Frame {
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: as above
  data: any
  requestId?: string
}

type Headings = Record<string, string>

/** What `local.env` says of a running stack. */
export type Stack = Record<string, string>

/** Leaves the ids below to the demo users and to the one that the plan's snippets name. */
const FIRST_FRESH_ID = 1000

/**
 * One request below the base path, sent as it is: no token and no content type of its own. Throws for an answer that
 * the OpenAPI document does not know.
 */
export async function callApi(
  method: string,
  path: string,
  headers: Headings = {},
  body?: RequestInit['body'],
  stack: Stack = inject('stack'),
): Promise<Answer> {
  const response = await fetch(`${stack.INGRESS_URL}${BASE_PATH}${path}`, {
    method,
    headers,
    ...(body !== undefined && body !== null && { body }),
  })
  const text = await response.text()
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
  checkAnswer(method, `${BASE_PATH}${path}`, answer)
  return answer
}

/** Somebody with the app: REST calls as the user, and sockets, one per device. */
export async function createChatUser(id: number, stack: Stack = inject('stack')) {
  const token = await signToken(stack.JWT_SECRET as string, id, 3600)

  function call(method: string, path: string, body?: unknown, headers: Headings = {}): Promise<Answer> {
    const type: Headings = body === undefined ? {} : { 'content-type': 'application/json' }
    const json = typeof body === 'string' ? body : JSON.stringify(body)
    return callApi(method, path, { authorization: `Bearer ${token}`, ...type, ...headers }, json, stack)
  }

  /** Sends a message of any kind and waits until it is stored. */
  async function sendMessage(body: object): Promise<Message> {
    const answer = await call('POST', '/messages', body, { prefer: 'wait=10' })
    if (answer.status !== 201)
      throw new Error(`message not stored: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.data
  }

  return {
    id,
    token,
    call,
    get: (path: string, headers?: Headings) => call('GET', path, undefined, headers),
    post: (path: string, body?: unknown, headers?: Headings) => call('POST', path, body, headers),
    patch: (path: string, body: unknown, headers?: Headings) => call('PATCH', path, body, headers),
    delete: (path: string, headers?: Headings) => call('DELETE', path, undefined, headers),
    openSocket: (withToken = token) => openSocket(`${stack.GATEWAY_URL}/?token=${withToken}`),
    sendMessage,
    /** Sends a text and waits until it is stored. */
    sendText: (recipientId: number, textContent: string, extra: object = {}) =>
      sendMessage({ recipientId, contentType: 'text', textContent, ...extra }),
  }
}

export type ChatUser = Awaited<ReturnType<typeof createChatUser>>

/** Users whom no other test knows. */
export async function createUsers(count: number, stack: Stack = inject('stack')): Promise<ChatUser[]> {
  const rows = await queryDatabase<{ id: number }>(
    `INSERT INTO users (id, username, name)
     SELECT ${FIRST_FRESH_ID} + n, 'user' || n, 'User ' || n
     FROM (SELECT nextval(pg_get_serial_sequence('users', 'id'))::int AS n FROM generate_series(1, $1)) AS fresh
     RETURNING id`,
    [count],
    stack,
  )
  return Promise.all(rows.map(({ id }) => createChatUser(id, stack)))
}

/** Two users whom no other test knows, and so a conversation of their own. */
export async function createPair(stack?: Stack): Promise<[ChatUser, ChatUser]> {
  return (await createUsers(2, stack)) as [ChatUser, ChatUser]
}

/** A pair, and a third. */
export async function createTrio(stack?: Stack): Promise<[ChatUser, ChatUser, ChatUser]> {
  return (await createUsers(3, stack)) as [ChatUser, ChatUser, ChatUser]
}

/** Asks the database of the stack, with all rights. */
export async function queryDatabase<Row extends pg.QueryResultRow>(
  text: string,
  values: unknown[] = [],
  stack: Stack = inject('stack'),
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stack.DATABASE_URL })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}

/**
 * A device: keeps every frame it got, and waits for one that fits, those already there included. Waiting fails for a
 * frame that the AsyncAPI document does not know.
 */
export async function openSocket(url: string) {
  const socket = new WebSocket(url)
  const frames: Frame[] = []
  const faults: string[] = []
  const waiting = new Set<() => void>()
  socket.onmessage = event => {
    const frame: Frame = JSON.parse(String(event.data))
    const fault = faultOfFrame(frame)
    if (fault !== undefined) faults.push(fault)
    frames.push(frame)
    for (const look of waiting) look()
  }
  const closed = new Promise<CloseEvent>(resolve => {
    socket.onclose = resolve
  })
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new Error('the socket was refused'))
  })

  /** Waits until there are so many frames that fit, and gives them. */
  function waitForFrames(
    count: number,
    fits: (frame: Frame) => boolean,
    milliseconds = 30_000,
  ): Promise<Frame[]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (faults.length > 0) return stop(() => reject(new Error(faults.join('\n'))))
        if (frames.length < count) return
        const found = frames.filter(fits)
        if (found.length < count) return
        stop(() => resolve(found))
      }
      const stop = (settle: () => void) => {
        clearTimeout(timer)
        waiting.delete(look)
        settle()
      }
      const timer = setTimeout(() => {
        waiting.delete(look)
        const got = frames.map(frame => frame.type).join(', ')
        reject(
          new Error(`${frames.filter(fits).length} of ${count} frames within ${milliseconds} ms; got ${got}`),
        )
      }, milliseconds)
      waiting.add(look)
      look()
    })
  }

  async function waitForFrame(fits: (frame: Frame) => boolean, milliseconds?: number): Promise<Frame> {
    const [frame] = await waitForFrames(1, fits, milliseconds)
    return frame as Frame
  }

  return {
    frames,
    closed,
    waitForFrame,
    waitForFrames,
    waitForType: (type: string) => waitForFrame(frame => frame.type === type),
    waitForMessage: (id: string) =>
      waitForFrame(frame => frame.type === 'newMessage' && frame.data.id === id),
    /** The reply to the frame sent with this requestId. */
    waitForReply: (requestId: string) => waitForFrame(frame => frame.requestId === requestId),
    framesOf: (type: string) => frames.filter(frame => frame.type === type),
    send: (frame: object | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close: () => socket.close(),
  }
}

export type Device = Awaited<ReturnType<typeof openSocket>>

/** The HTTP status that refuses a socket. */
export function refusalOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WsClient(url)
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode)
      response.resume()
    })
    socket.once('open', () => {
      socket.close()
      reject(new Error('the socket was opened'))
    })
    socket.once('error', () => {})
  })
}

/** Waits until something holds that no frame tells of. */
export async function waitUntil(holds: () => Promise<boolean>, milliseconds = 30_000): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`does not hold within ${milliseconds} ms`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

/** Reads a list from its first page to its last, and checks that each page but the last is full. */
export async function readPages<Item>(
  pathOf: (page: Answer['body'] | undefined) => string | undefined,
  get: (path: string) => Promise<Answer>,
): Promise<Item[][]> {
  const pages: Item[][] = []
  for (let path = pathOf(undefined); path !== undefined; ) {
    const { status, body } = await get(path)
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
    pages.push(body.data)
    path = pathOf(body.page)
  }
  return pages
}
