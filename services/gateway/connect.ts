/**
 * Takes in: `$connect` of an authorized socket.
 * Guarantees: the socket opens only once its connection is registered, so no later push can miss it.
 * Gives out: 200, or 503 when the registry is away, which refuses the socket.
 */
import { addConnection } from '../../shared/connections/add-connection.ts'
import type { ConnectionsTable } from '../../shared/connections/connections-table.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { readCaller, type SocketEvent, type SocketResult } from './socket-event.ts'

export function connectWith({ connections, logger }: { connections: ConnectionsTable; logger: Logger }) {
  return async function connect(event: SocketEvent): Promise<SocketResult> {
    const caller = readCaller(event)
    try {
      await addConnection(connections, caller)
      return { statusCode: 200 }
    } catch (error) {
      logger.error({ connectionId: caller.connectionId, error: describeError(error) }, 'could not connect')
      return { statusCode: 503 }
    }
  }
}
