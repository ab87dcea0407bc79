import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { AuthError, type Identity } from '../auth.ts'
import { callTable } from './connections-table.ts'
import { hashOfTicket, type TicketsTable } from './tickets-table.ts'

const WELL_FORMED = /^[\w-]{43}$/

/**
 * Takes a ticket, so that nobody can use it again: of two who try, one gets it. Fails with AuthError for a ticket that is
 * unknown, used or expired, or whose token is; with RegistryError when the table is away.
 */
export async function redeemTicket(table: TicketsTable, ticket: string): Promise<Identity> {
  if (!WELL_FORMED.test(ticket)) throw new AuthError('invalid')
  const Key = { ticketHash: { S: hashOfTicket(ticket) } }
  const { Attributes: taken } = await callTable(options =>
    table.client.send(
      new DeleteItemCommand({ TableName: table.name, Key, ReturnValues: 'ALL_OLD' }),
      options,
    ),
  )
  if (!taken) throw new AuthError('invalid')
  const tokenExpiresAt = taken.tokenExpiresAt && timeOf(taken.tokenExpiresAt.N)
  // DynamoDB deletes what has expired within days only.
  for (const end of [timeOf(taken.expiresAt?.N), tokenExpiresAt])
    if (end && end.getTime() <= Date.now()) throw new AuthError('expired')
  return { userId: Number(taken.userId?.N), ...(tokenExpiresAt && { expiresAt: tokenExpiresAt }) }
}

function timeOf(epochSeconds: string | undefined): Date {
  return new Date(Number(epochSeconds) * 1000)
}
