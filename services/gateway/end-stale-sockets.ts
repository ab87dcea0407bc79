import type { SocketLimits } from './open-socket.ts'
import type { SocketDirectory } from './socket-directory.ts'

const LONGEST_INTERVAL_MS = 1_000
const LOOKS_PER_LIMIT = 20

/** Ends sockets that are idle or too old. One timer looks at all of them, since timers of their own cost each memory. */
export function endStaleSockets(sockets: SocketDirectory, limits: SocketLimits): Disposable {
  const shortest = Math.min(limits.idleTimeoutSeconds, limits.maxLifetimeSeconds) * 1_000
  const timer = setInterval(
    () => {
      const now = Date.now()
      for (const socket of sockets.all()) socket.endIfStale(now, limits)
    },
    Math.min(LONGEST_INTERVAL_MS, shortest / LOOKS_PER_LIMIT),
  )
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
