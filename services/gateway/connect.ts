/**
 * Takes in: `$connect` of an authorized socket.
 * Guarantees: the socket opens only once its connection is registered, so no later push can miss it, and once it is seen to
 * that it ends with its token. A user has so many sockets at most: a new one takes the place of the oldest.
 * Gives out: 200; what refuses the socket: 429 when the user opens too many, 503 when the registry is away.
 */
import { addConnection } from '../../shared/connections/add-connection.ts'
import type { ConnectionsTable } from '../../shared/connections/connections-table.ts'
import { ProblemError } from '../../shared/contract/problems.ts'
import { describeError } from '../../shared/errors.ts'
import type { Limits } from '../../shared/limits/create-limits.ts'
import type { Logger } from '../../shared/logger.ts'
import { type Caller, readCaller, type SocketEvent, type SocketResult } from './socket-event.ts'

export interface ConnectDeps {
  connections: ConnectionsTable
  maxSocketsPerUser: number
  /** Sees to it that a socket ends at this time, or at once when it has passed. */
  endSocket(connectionId: string, at: Date): Promise<void>
  limits: Limits
  logger: Logger
}

export function connectWith({ connections, maxSocketsPerUser, endSocket, limits, logger }: ConnectDeps) {
  return async function connect(event: SocketEvent): Promise<SocketResult> {
    const caller = readCaller(event)
    try {
      limits.take('sockets', caller.userId)
      const [superfluous] = await Promise.all([
        addConnection(connections, caller, maxSocketsPerUser),
        endWithToken(caller),
      ])
      await Promise.all(superfluous.map(connectionId => endSocket(connectionId, new Date())))
      return { statusCode: 200 }
    } catch (error) {
      if (error instanceof ProblemError) return { statusCode: error.status }
      logger.error({ connectionId: caller.connectionId, error: describeError(error) }, 'could not connect')
      return { statusCode: 503 }
    }
  }

  /** A token that lasts longer than its socket can needs nothing. */
  async function endWithToken({ connectionId, connectedAt, tokenExpiresAt }: Caller): Promise<void> {
    const livesUntil = connectedAt.getTime() + connections.lifetimeSeconds * 1_000
    if (tokenExpiresAt && tokenExpiresAt.getTime() < livesUntil) await endSocket(connectionId, tokenExpiresAt)
  }
}
