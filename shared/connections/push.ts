import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { callWithin } from '../aws/call-within.ts'
import { classified, PushError } from './connection-errors.ts'

/** Longest time one push may take, retries included; the gateway drops a socket that does not read before this. */
const PUSH_TIMEOUT_MS = 10_000

/** Hands a payload to a connection; `gone` when it is closed. Fails with PushError alone. */
export type Push = (connectionId: string, payload: string) => Promise<'pushed' | 'gone'>

export function createPusher(client: ApiGatewayManagementApiClient, timeoutMs = PUSH_TIMEOUT_MS): Push {
  return async (connectionId, payload) => {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: payload })
    try {
      await callWithin(timeoutMs, options => client.send(command, options))
      return 'pushed'
    } catch (error) {
      if (error instanceof GoneException) return 'gone'
      throw classified(error, PushError)
    }
  }
}
