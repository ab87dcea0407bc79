/** The network of one phone: `fetch` and `WebSocket` for the client, which fail as those of a real phone do. */
import type { Readable } from '../../../src/types.ts'
import { createValue } from '../ui/value.ts'
import { createUnreliableSockets } from './unreliable-socket.ts'

export type NetworkMode = 'online' | 'flaky' | 'offline'

const FLAKY_DELAY_MS = 1_200
const REQUEST_LOST = 0.3
const ANSWER_LOST = 0.15

export interface Network extends Readable<NetworkMode> {
  setMode(mode: NetworkMode): void
  fetch: typeof fetch
  WebSocket: typeof WebSocket
  /** For a request that goes another way: rejects when it does not get through; the signal aborts when the network goes. */
  pass(): Promise<AbortSignal>
}

export function createNetwork(): Network {
  const mode = createValue<NetworkMode>('online')
  const sockets = createUnreliableSockets(mode.getSnapshot)
  let gone = new AbortController()

  async function pass(): Promise<AbortSignal> {
    const { signal } = gone
    if (mode.getSnapshot() === 'offline') throw new TypeError('the network is off')
    if (mode.getSnapshot() === 'flaky') {
      await new Promise(resolve => setTimeout(resolve, Math.random() * FLAKY_DELAY_MS))
      if (Math.random() < REQUEST_LOST) throw new TypeError('the request was lost')
    }
    return signal
  }

  return {
    getSnapshot: mode.getSnapshot,
    subscribe: mode.subscribe,
    setMode(next) {
      mode.set(next)
      if (next !== 'offline') return
      gone.abort()
      gone = new AbortController()
      sockets.dropAll()
    },
    async fetch(input, init = {}) {
      const signal = await pass()
      const signals = init.signal ? [init.signal, signal] : [signal]
      const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) })
      // The server has done it, and the phone does not know.
      if (mode.getSnapshot() === 'flaky' && Math.random() < ANSWER_LOST)
        throw new TypeError('the answer was lost')
      return response
    },
    WebSocket: sockets.WebSocket,
    pass,
  }
}
