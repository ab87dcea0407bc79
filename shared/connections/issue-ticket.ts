import { randomBytes } from 'node:crypto'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Identity } from '../auth.ts'
import { callTable } from './connections-table.ts'
import { hashOfTicket, type TicketsTable } from './tickets-table.ts'

const LIFETIME_SECONDS = 60
const TICKET_BYTES = 32

export interface Ticket {
  /** 43 characters that stand in a URL as they are: 256 random bits. */
  ticket: string
  expiresAt: Date
}

/** Makes a ticket that opens one socket in the name of `identity`. Fails with RegistryError alone. */
export async function issueTicket(table: TicketsTable, identity: Identity): Promise<Ticket> {
  const ticket = randomBytes(TICKET_BYTES).toString('base64url')
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
  const { userId, expiresAt: tokenExpiresAt } = identity
  await callTable(options =>
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: {
          ticketHash: { S: hashOfTicket(ticket) },
          userId: { N: String(userId) },
          ...(tokenExpiresAt && { tokenExpiresAt: { N: String(tokenExpiresAt.getTime() / 1000) } }),
          expiresAt: { N: String(expiresAtSeconds) },
        },
      }),
      options,
    ),
  )
  return { ticket, expiresAt: new Date(expiresAtSeconds * 1000) }
}
