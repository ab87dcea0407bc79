import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import {
  attributeOf,
  buildEntry,
  type Connection,
  type ConnectionsTable,
  callTable,
  expiryOf,
  keyOf,
  readConnectionIds,
} from './connections-table.ts'
import { removeConnections } from './remove-connection.ts'

type Item = Record<string, AttributeValue>

/**
 * Registers a connection: one atomic upsert, whichever of the user's devices connect at once. Gives the oldest connections
 * that are more than `max`, taken out of the registry.
 */
export async function addConnection(
  table: ConnectionsTable,
  connection: Connection,
  max = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const { userId, connectionId, connectedAt } = connection
  const { Attributes: item = {} } = await callTable(options =>
    table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: keyOf(userId),
        UpdateExpression: 'SET #connection = :connection, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ':connection': buildEntry(table, connectedAt),
          // The newest connection ends last, since all live equally long.
          ':expiresAt': { N: String(expiryOf(table, connectedAt)) },
        },
        ReturnValues: 'ALL_NEW',
      }),
      options,
    ),
  )
  const { live, expired } = readConnectionIds(item)
  const superfluous = live.length > max ? oldestOf(item, live, live.length - max) : []
  // `$disconnect` is best effort: without this, the item of a user who always has a device open would only grow.
  const removed = [...superfluous, ...expired]
  // What stays is found again by the next connection.
  if (removed.length > 0) await removeConnections(table, userId, removed).catch(() => {})
  return superfluous
}

function oldestOf(item: Item, connectionIds: string[], count: number): string[] {
  const openedAt = (connectionId: string) => item[attributeOf(connectionId)]?.M?.connectedAt?.S ?? ''
  return connectionIds.toSorted((a, b) => (openedAt(a) < openedAt(b) ? -1 : 1)).slice(0, count)
}
