/**
 * Takes in: `$disconnect`, which API Gateway sends as best it can, after the socket has closed.
 * Guarantees: nothing that others rely on; a connection left over is removed by the next push, or by its expiry.
 * Gives out: 200 always, since nobody is there to be told.
 */
import type { ConnectionsTable } from '../../shared/connections/connections-table.ts'
import { removeConnection } from '../../shared/connections/remove-connection.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { readCaller, type SocketEvent, type SocketResult } from './socket-event.ts'

export function disconnectWith({ connections, logger }: { connections: ConnectionsTable; logger: Logger }) {
  return async function disconnect(event: SocketEvent): Promise<SocketResult> {
    const { userId, connectionId } = readCaller(event)
    try {
      await removeConnection(connections, userId, connectionId)
    } catch (error) {
      logger.warn({ connectionId, error: describeError(error) }, 'could not remove the connection')
    }
    return { statusCode: 200 }
  }
}
