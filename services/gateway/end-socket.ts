import type { ConnectDeps } from './connect.ts'
import type { SocketDirectory } from './socket-directory.ts'

/** Where the sockets are our own, the one timer over all of them ends each with its token: nothing needs to be planned. */
export function endSocketWith(sockets: SocketDirectory): ConnectDeps['endSocket'] {
  return async (connectionId, at) => {
    if (at.getTime() <= Date.now()) sockets.endSuperfluous(connectionId)
  }
}
