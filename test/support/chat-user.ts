import { inject } from 'vitest'
import { signToken } from '../../shared/auth.ts'
import type { Message } from '../../shared/contract/objects.ts'

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

const BASE_PATH = '/api/v1/chat'

/** Somebody with the app: REST calls as the user, and sockets, one per device. */
export async function createChatUser(id: number) {
  const stack = inject('stack')
  const token = await signToken(stack.JWT_SECRET as string, id, 3600)

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${stack.INGRESS_URL}${BASE_PATH}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  return {
    id,
    token,
    get: (path: string) => call('GET', path),
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      call('POST', path, body, headers),
    patch: (path: string, body: unknown) => call('PATCH', path, body),
    delete: (path: string) => call('DELETE', path),
    openSocket: (withToken = token) => openSocket(`${stack.GATEWAY_URL}/?token=${withToken}`),
    /** Sends a text and waits until it is stored. */
    async sendText(recipientId: number, textContent: string, extra: object = {}): Promise<Message> {
      const body = { recipientId, contentType: 'text', textContent, ...extra }
      const { status, body: answer } = await call('POST', '/messages', body, { prefer: 'wait=10' })
      if (status !== 201) throw new Error(`message not stored: ${status} ${JSON.stringify(answer)}`)
      return answer.data
    },
  }
}

export type ChatUser = Awaited<ReturnType<typeof createChatUser>>

/** A device: keeps every frame it got, and waits for one that fits, those already there included. */
export async function openSocket(url: string) {
  const socket = new WebSocket(url)
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  socket.onmessage = event => {
    frames.push(JSON.parse(String(event.data)))
    for (const look of waiting) look()
  }
  const closed = new Promise<CloseEvent>(resolve => {
    socket.onclose = resolve
  })
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new Error('the socket was refused'))
  })

  function waitForFrame(fits: (frame: Frame) => boolean, milliseconds = 10_000): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const frame = frames.find(fits)
        if (!frame) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(frame)
      }
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(
          new Error(
            `no such frame within ${milliseconds} ms; got ${frames.map(frame => frame.type).join(', ')}`,
          ),
        )
      }, milliseconds)
      waiting.add(look)
      look()
    })
  }

  return {
    frames,
    closed,
    waitForFrame,
    waitForType: (type: string) => waitForFrame(frame => frame.type === type),
    send: (frame: object | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close: () => socket.close(),
  }
}

export type Device = Awaited<ReturnType<typeof openSocket>>
