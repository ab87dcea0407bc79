import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { attributeOf, type ConnectionsTable, callTable, keyOf } from './connections-table.ts'

/** A push that overtakes the end of the handshake is answered "gone" too, so a connection this young is kept. */
const HANDSHAKE_GRACE_MS = 10_000
/** Keeps one update expression far below its 4 KB. */
const MAX_REMOVED_AT_ONCE = 100

export function removeConnection(table: ConnectionsTable, userId: number, connectionId: string) {
  return removeConnections(table, userId, [connectionId])
}

export async function removeConnections(table: ConnectionsTable, userId: number, connectionIds: string[]) {
  const names = connectionIds.slice(0, MAX_REMOVED_AT_ONCE).map(attributeOf)
  await callTable(options =>
    table.client
      .send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: keyOf(userId),
          UpdateExpression: `REMOVE ${names.map((_, index) => `#c${index}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#c${index}`, name])),
          // An update is an upsert: without this a removal would leave an empty item that never expires.
          ConditionExpression: 'attribute_exists(userId)',
        }),
        options,
      )
      .catch(ignoreFailedCondition),
  )
}

/** Removes a connection that a push found gone, unless it is so young that it may still be opening. */
export async function removeGoneConnection(table: ConnectionsTable, userId: number, connectionId: string) {
  await callTable(options =>
    table.client
      .send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: keyOf(userId),
          UpdateExpression: 'REMOVE #connection',
          ConditionExpression: '#connection.connectedAt < :settled',
          ExpressionAttributeNames: { '#connection': attributeOf(connectionId) },
          ExpressionAttributeValues: {
            ':settled': { S: new Date(Date.now() - HANDSHAKE_GRACE_MS).toISOString() },
          },
        }),
        options,
      )
      .catch(ignoreFailedCondition),
  )
}

function ignoreFailedCondition(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error
}
