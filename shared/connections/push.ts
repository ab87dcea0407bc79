import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { callWithin } from '../aws/call-within.ts'
import { PushError, withClassifiedErrors } from './connection-errors.ts'

/** Longest time one push may take, retries included; the gateway drops a socket that does not read before this. */
const PUSH_TIMEOUT_MS = 10_000

/** Hands a payload to a connection; `gone` when it is closed. Fails with PushError alone. */
export type Push = (connectionId: string, payload: string | Uint8Array) => Promise<'pushed' | 'gone'>

export function createPusher(client: ApiGatewayManagementApiClient, timeoutMs = PUSH_TIMEOUT_MS): Push {
  return (connectionId, payload) =>
    withClassifiedErrors(post(client, connectionId, payload, timeoutMs), PushError)
}

async function post(
  client: ApiGatewayManagementApiClient,
  connectionId: string,
  payload: string | Uint8Array,
  timeoutMs: number,
): Promise<'pushed' | 'gone'> {
  try {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: payload })
    await callWithin(timeoutMs, options => client.send(command, options))
    return 'pushed'
  } catch (error) {
    if (error instanceof GoneException) return 'gone'
    throw error
  }
}
