import type { OpenSocket } from './open-socket.ts'

const TOO_MANY_SOCKETS = 4409

export interface SocketDirectory {
  /** Announces a connection whose handshake is under way. */
  addOpening(connectionId: string, opening: Promise<OpenSocket | undefined>): void
  add(socket: OpenSocket): void
  /**
   * The open socket with this id. A connection is registered before its socket is open, so a push may come
   * in between; it waits for the handshake instead of being told that the connection is gone.
   */
  find(connectionId: string): Promise<OpenSocket | undefined>
  /** Closes a socket of this process, whose user has opened more than may be open. */
  endSuperfluous(connectionId: string): void
  all(): Iterable<OpenSocket>
  opened(): Promise<unknown>
}

export function createSocketDirectory(): SocketDirectory {
  const open = new Map<string, OpenSocket>()
  const openings = new Map<string, Promise<OpenSocket | undefined>>()
  return {
    addOpening(connectionId, opening) {
      openings.set(connectionId, opening)
      opening.finally(() => openings.delete(connectionId)).catch(() => {})
    },
    add(socket) {
      const { connectionId } = socket.info
      open.set(connectionId, socket)
      socket.ended.then(() => open.delete(connectionId))
    },
    async find(connectionId) {
      return open.get(connectionId) ?? (await openings.get(connectionId)?.catch(() => undefined))
    },
    endSuperfluous: connectionId => open.get(connectionId)?.close(TOO_MANY_SOCKETS, 'Too many sockets'),
    all: () => open.values(),
    opened: () => Promise.allSettled(openings.values()),
  }
}
