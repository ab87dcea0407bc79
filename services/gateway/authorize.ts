/**
 * Takes in: the REQUEST authorizer's event of `$connect`, with a ticket in `?ticket=` or the token in `?token=`.
 * Guarantees: no socket opens without a valid token, or a ticket that one gave and nobody used; neither is logged.
 * Gives out: an allowing policy whose context names the user and the token's end (epoch seconds).
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { AuthError, type VerifyToken } from '../../shared/auth.ts'
import { redeemTicket } from '../../shared/connections/redeem-ticket.ts'
import type { TicketsTable } from '../../shared/connections/tickets-table.ts'

export type AuthorizerEvent = Pick<APIGatewayRequestAuthorizerEvent, 'methodArn' | 'queryStringParameters'>

export interface AuthorizerDeps {
  verifyToken: VerifyToken
  tickets: TicketsTable
}

export function authorizeWith({ verifyToken, tickets }: AuthorizerDeps) {
  return async function authorize(event: AuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
    const { token, ticket } = event.queryStringParameters ?? {}
    const identified = ticket === undefined ? verifyToken(token) : redeemTicket(tickets, ticket)
    const { userId, expiresAt } = await identified.catch(refuse)
    return {
      principalId: String(userId),
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
      },
      context: { userId, ...(expiresAt && { expiresAt: Math.floor(expiresAt.getTime() / 1000) }) },
    }
  }
}

/** API Gateway answers 401 to this very message, and 500 to every other error. */
function refuse(error: unknown): never {
  if (error instanceof AuthError) throw new Error('Unauthorized', { cause: error })
  throw error
}
