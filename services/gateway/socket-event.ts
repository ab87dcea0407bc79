/**
 * Takes in: v1 WebSocket events of API Gateway.
 * Guarantees: who is at the other end is read from the authorizer's context alone, never from what a frame says.
 * Gives out: the typed parts of an event that the handlers use.
 */
import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda'
import { userId } from '../../shared/contract/identifiers.ts'

/** What the authorizer said at `$connect`; API Gateway hands every value on as a string. */
export type AuthorizerContext = Record<string, string | number | boolean | null | undefined>

export interface SocketRequestContext extends APIGatewayEventWebsocketRequestContextV2 {
  authorizer?: AuthorizerContext
  identity?: { sourceIp: string; userAgent: string | null }
  disconnectStatusCode?: number
  disconnectReason?: string
}

export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<SocketRequestContext>
export type SocketResult = APIGatewayProxyStructuredResultV2
export type SocketHandler = (event: SocketEvent) => Promise<SocketResult>

export interface Caller {
  userId: number
  connectionId: string
  connectedAt: Date
  tokenExpiresAt?: Date
}

export function readCaller({ requestContext }: SocketEvent): Caller {
  const { authorizer, connectionId, connectedAt } = requestContext
  return {
    userId: userId.parse(authorizer?.userId),
    connectionId,
    connectedAt: new Date(connectedAt),
    ...(authorizer?.expiresAt && { tokenExpiresAt: new Date(Number(authorizer.expiresAt) * 1000) }),
  }
}
