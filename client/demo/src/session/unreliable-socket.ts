import type { NetworkMode } from './network.ts'

const OPENING_LOST = 0.25
const FLAKY_LIFE_MS = { least: 3_000, most: 15_000 }

/** Sockets that do not open without a network, and break off at random on a flaky one. */
export function createUnreliableSockets(mode: () => NetworkMode) {
  const open = new Set<UnreliableSocket>()

  class UnreliableSocket {
    onopen: (() => void) | null = null
    onmessage: ((event: MessageEvent) => void) | null = null
    onerror: (() => void) | null = null
    onclose: (() => void) | null = null
    readonly #inner: WebSocket | undefined
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(url: string | URL) {
      open.add(this)
      const isFlaky = mode() === 'flaky'
      if (mode() === 'offline' || (isFlaky && Math.random() < OPENING_LOST)) {
        this.#timer = setTimeout(() => this.drop(), 50)
        return
      }
      const inner = new WebSocket(url)
      inner.onopen = () => this.onopen?.()
      inner.onmessage = event => this.onmessage?.(event)
      inner.onclose = () => this.drop()
      this.#inner = inner
      const { least, most } = FLAKY_LIFE_MS
      if (isFlaky) this.#timer = setTimeout(() => this.drop(), least + Math.random() * (most - least))
    }

    send(data: string): void {
      this.#inner?.send(data)
    }

    close(): void {
      this.drop()
    }

    drop(): void {
      if (!open.delete(this)) return
      clearTimeout(this.#timer)
      const inner = this.#inner
      if (inner) {
        inner.onopen = inner.onmessage = inner.onclose = null
        inner.close()
      }
      this.onerror?.()
      this.onclose?.()
    }
  }

  return {
    // The SDK uses no more of a WebSocket than this.
    WebSocket: UnreliableSocket as unknown as typeof WebSocket,
    dropAll() {
      for (const socket of [...open]) socket.drop()
    },
  }
}
