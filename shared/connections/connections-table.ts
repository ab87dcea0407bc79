/**
 * The registry of open sockets: one DynamoDB item per user, so that the audience of a whole batch is one BatchGetItem.
 * Each connection is an attribute `c#<connectionId>` of its user's item, written and removed by itself; the item's
 * `expiresAt` (epoch seconds, the table's TTL) is that of the connection that ends last.
 */
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { callWithin } from '../aws/call-within.ts'
import { topology } from '../aws/topology.ts'
import { RegistryError, withClassifiedErrors } from './connection-errors.ts'

export interface ConnectionsTable {
  client: DynamoDBClient
  name: string
  /** The longest that a connection can live; its entry counts for a little longer. */
  lifetimeSeconds: number
}

export interface Connection {
  userId: number
  connectionId: string
  connectedAt: Date
}

type Item = Record<string, AttributeValue>

/** API Gateway ends every connection after two hours. */
export const MAX_LIFETIME_SECONDS = 2 * 60 * 60
const CLOCK_SLACK_SECONDS = 5 * 60
const CALL_TIMEOUT_MS = 5_000
const ATTRIBUTE_PREFIX = 'c#'

export function createConnectionsTable(
  client: DynamoDBClient,
  options: { prefix?: string; lifetimeSeconds?: number } = {},
): ConnectionsTable {
  const { prefix = '', lifetimeSeconds = MAX_LIFETIME_SECONDS } = options
  return { client, name: topology(prefix).connectionsTable.name, lifetimeSeconds }
}

export function keyOf(userId: number): Item {
  return { userId: { N: String(userId) } }
}

export function attributeOf(connectionId: string): string {
  return ATTRIBUTE_PREFIX + connectionId
}

export function expiryOf(table: ConnectionsTable, connectedAt: Date): number {
  return Math.ceil(connectedAt.getTime() / 1000) + table.lifetimeSeconds + CLOCK_SLACK_SECONDS
}

/** The entry of one connection, seen alive now. */
export function buildEntry(table: ConnectionsTable, connectedAt: Date): AttributeValue {
  return {
    M: {
      connectedAt: { S: connectedAt.toISOString() },
      lastPingAt: { S: new Date().toISOString() },
      expiresAt: { N: String(expiryOf(table, connectedAt)) },
    },
  }
}

/** The connections in a user's item, by whether they can still be open. */
export function readConnectionIds(item: Item): { live: string[]; expired: string[] } {
  const nowSeconds = Date.now() / 1000
  const live: string[] = []
  const expired: string[] = []
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(ATTRIBUTE_PREFIX)) continue
    const isLive = Number(value.M?.expiresAt?.N) > nowSeconds
    const connectionIds = isLive ? live : expired
    connectionIds.push(name.slice(ATTRIBUTE_PREFIX.length))
  }
  return { live, expired }
}

/** Runs one call to the table within its time limit; it fails with RegistryError alone. */
export function callTable<Result>(call: (options: { abortSignal: AbortSignal }) => Promise<Result>) {
  return withClassifiedErrors(callWithin(CALL_TIMEOUT_MS, call), RegistryError)
}
