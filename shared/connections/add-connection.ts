import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
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

/** Registers a connection: one atomic upsert, whichever of the user's devices connect at once. */
export async function addConnection(table: ConnectionsTable, connection: Connection): Promise<void> {
  const { userId, connectionId, connectedAt } = connection
  const { Attributes } = await callTable(options =>
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
  await removeExpired(table, userId, Attributes ?? {})
}

/** `$disconnect` is best effort: without this, the item of a user who always has a device open would only grow. */
async function removeExpired(table: ConnectionsTable, userId: number, item: object): Promise<void> {
  const { expired } = readConnectionIds(item as Parameters<typeof readConnectionIds>[0])
  // What stays is found again by the next connection.
  if (expired.length > 0) await removeConnections(table, userId, expired).catch(() => {})
}
