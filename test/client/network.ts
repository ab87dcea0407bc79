/**
 * The network of one device: `fetch` and `WebSocket` for the options of a client, and how to take them away. The server
 * learns nothing of a cut: its end of a socket stays open until the network is back.
 */
export interface Network {
  fetch: typeof fetch
  WebSocket: typeof WebSocket
  /** Of every request so far, for example `POST /api/v1/chat/messages`. */
  requests: string[]
  /** Of every answer so far, for example `202 POST /api/v1/chat/messages`. */
  answers: string[]
  /** Everything breaks off, and nothing new begins. */
  cut(): void
  /** Nothing breaks off, but nothing comes or goes any more. */
  fallSilent(): void
  restore(): void
}

export function createNetwork(): Network {
  let state: 'up' | 'cut' | 'silent' = 'up'
  const requests: string[] = []
  const answers: string[] = []
  const inFlight = new Set<AbortController>()
  const sockets = new Set<CuttableSocket>()

  async function fetchIt(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = `${init.method} ${new URL(String(input)).pathname}`
    requests.push(request)
    if (state === 'cut') throw new TypeError('the network is cut')
    const { signal } = init
    if (state === 'silent') return new Promise((_, reject) => signal?.addEventListener('abort', reject))
    const controller = new AbortController()
    inFlight.add(controller)
    try {
      const signals = signal ? [signal, controller.signal] : [controller.signal]
      const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) })
      const body = await response.text()
      const { status, headers } = response
      answers.push(`${status} ${request}`)
      return new Response(status === 204 ? null : body, { status, headers })
    } finally {
      inFlight.delete(controller)
    }
  }

  // What a constructor returns takes the place of `this`.
  function Socket(url: string): CuttableSocket {
    const socket = createSocket(state === 'up' ? new WebSocket(url) : undefined)
    if (state === 'cut') setTimeout(socket.lose)
    sockets.add(socket)
    return socket
  }

  return {
    fetch: fetchIt as typeof fetch,
    WebSocket: Socket as unknown as typeof WebSocket,
    ...{ requests, answers },
    cut() {
      state = 'cut'
      for (const controller of inFlight) controller.abort()
      for (const socket of sockets) socket.lose()
    },
    fallSilent() {
      state = 'silent'
      for (const socket of sockets) socket.mute()
    },
    restore() {
      state = 'up'
      for (const socket of sockets) if (socket.isDead()) socket.end()
    },
  }
}

interface CuttableSocket {
  onopen: ((event: unknown) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onerror: ((event: unknown) => void) | null
  onclose: ((event: unknown) => void) | null
  send(data: string): void
  close(code?: number): void
  /** The client sees it close; the server does not. */
  lose(): void
  /** Neither sees anything. */
  mute(): void
  isDead(): boolean
  /** The server sees it close. */
  end(): void
}

/** Around a real one; around none it never opens. */
function createSocket(real: WebSocket | undefined): CuttableSocket {
  let isDead = real === undefined
  let isClosed = false

  function close(event: unknown): void {
    isDead = true
    if (isClosed) return
    isClosed = true
    socket.onclose?.(event)
  }

  const socket: CuttableSocket = {
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send(data) {
      if (!isDead) real?.send(data)
    },
    close(code) {
      if (!isDead) real?.close(code)
    },
    lose: () => close({ code: 1006 }),
    mute() {
      isDead = true
    },
    isDead: () => isDead,
    end: () => real?.close(),
  }
  if (real) {
    real.onopen = event => !isDead && socket.onopen?.(event)
    real.onmessage = event => !isDead && socket.onmessage?.(event)
    real.onerror = event => !isDead && socket.onerror?.(event)
    real.onclose = event => !isDead && close(event)
  }
  return socket
}
