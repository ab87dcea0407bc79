import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { callWithin } from '../aws/call-within.ts'
import { PushError, withClassifiedErrors } from './connection-errors.ts'

const CLOSE_TIMEOUT_MS = 5_000

/** Closes an open socket; one that is closed already is as well. Fails with PushError alone. */
export function closeConnection(client: ApiGatewayManagementApiClient, connectionId: string): Promise<void> {
  const command = new DeleteConnectionCommand({ ConnectionId: connectionId })
  const closed = callWithin(CLOSE_TIMEOUT_MS, options => client.send(command, options)).then(
    () => {},
    error => {
      if (!(error instanceof GoneException)) throw error
    },
  )
  return withClassifiedErrors(closed, PushError)
}
