import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import {
  attributeOf,
  buildEntry,
  type Connection,
  type ConnectionsTable,
  callTable,
  expiryOf,
  keyOf,
} from './connections-table.ts'

/** Notes a ping. The whole entry is written, so a ping also heals an entry that was removed by mistake. */
export async function touchConnection(table: ConnectionsTable, connection: Connection): Promise<void> {
  const { userId, connectionId, connectedAt } = connection
  await callTable(options =>
    table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: keyOf(userId),
        // An item that exists expires with a connection at least as young as this one.
        UpdateExpression: 'SET #connection = :connection, expiresAt = if_not_exists(expiresAt, :expiresAt)',
        ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
        ExpressionAttributeValues: {
          ':connection': buildEntry(table, connectedAt),
          ':expiresAt': { N: String(expiryOf(table, connectedAt)) },
        },
      }),
      options,
    ),
  )
}
