/**
 * Tickets in DynamoDB: each opens one socket, once, within a minute. Only the hash of a ticket is stored, so whoever reads
 * the table opens nothing.
 */
import { createHash } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { topology } from '../aws/topology.ts'

export interface TicketsTable {
  client: DynamoDBClient
  name: string
}

export function createTicketsTable(client: DynamoDBClient, prefix = ''): TicketsTable {
  return { client, name: topology(prefix).ticketsTable.name }
}

export function hashOfTicket(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
