import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { PushError, withClassifiedErrors } from './connection-errors.ts'

const CLOSE_TIMEOUT_MS = 5_000

/** Closes an open socket; one that is closed already is as well. Fails with PushError alone. */
export function closeConnection(client: ApiGatewayManagementApiClient, connectionId: string): Promise<void> {
  const closed = client
    .send(new DeleteConnectionCommand({ ConnectionId: connectionId }), {
      abortSignal: AbortSignal.timeout(CLOSE_TIMEOUT_MS),
    })
    .then(
      () => {},
      error => {
        if (!(error instanceof GoneException)) throw error
      },
    )
  return withClassifiedErrors(closed, PushError)
}
