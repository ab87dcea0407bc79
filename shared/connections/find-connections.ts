import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { backoffMs, sleep } from '../lifecycle.ts'
import { RegistryError } from './connection-errors.ts'
import { type ConnectionsTable, callTable, keyOf, readConnectionIds } from './connections-table.ts'

const MAX_KEYS_PER_CALL = 100
const MAX_ATTEMPTS = 8
const BACKOFF_BASE_MS = 25
const BACKOFF_CAP_MS = 1_000

type Key = Record<string, AttributeValue>

/**
 * The open connections of users; who has none is not in the map. Read consistently: a connection that is
 * registered when this is called is found.
 */
export async function findConnections(
  table: ConnectionsTable,
  userIds: Iterable<number>,
): Promise<Map<number, string[]>> {
  const connections = new Map<number, string[]>()
  const keys = [...new Set(userIds)].map(keyOf)
  const calls: Promise<void>[] = []
  for (let start = 0; start < keys.length; start += MAX_KEYS_PER_CALL) {
    calls.push(readItems(table, keys.slice(start, start + MAX_KEYS_PER_CALL), connections))
  }
  await Promise.all(calls)
  return connections
}

/** DynamoDB may leave keys unprocessed under load; they are asked for again. */
async function readItems(
  table: ConnectionsTable,
  keys: Key[],
  connections: Map<number, string[]>,
): Promise<void> {
  let unread = keys
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS))
    const result = await batchGet(table, unread)
    for (const item of result.Responses?.[table.name] ?? []) {
      const { live } = readConnectionIds(item)
      if (live.length > 0) connections.set(Number(item.userId?.N), live)
    }
    unread = result.UnprocessedKeys?.[table.name]?.Keys ?? []
    if (unread.length === 0) return
  }
  throw new RegistryError('throttled', `${unread.length} keys unprocessed after ${MAX_ATTEMPTS} attempts`)
}

function batchGet(table: ConnectionsTable, keys: Key[]): Promise<BatchGetItemCommandOutput> {
  const RequestItems = { [table.name]: { Keys: keys, ConsistentRead: true } }
  return callTable(options => table.client.send(new BatchGetItemCommand({ RequestItems }), options))
}
