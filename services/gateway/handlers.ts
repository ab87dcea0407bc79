/**
 * Takes in: what the handlers need.
 * Guarantees: the same handlers serve AWS (lambda/) and the server that stands in for API Gateway (server.ts).
 * Gives out: one handler per route of the WebSocket API, and its authorizer.
 */
import type { VerifyToken } from '../../shared/auth.ts'
import type { ActionDeps } from './actions/action.ts'
import { authorizeWith } from './authorize.ts'
import { connectWith } from './connect.ts'
import { defaultWith } from './default.ts'
import { disconnectWith } from './disconnect.ts'

export interface HandlerDeps extends ActionDeps {
  verifyToken: VerifyToken
}

export type Handlers = ReturnType<typeof createHandlers>

export function createHandlers(deps: HandlerDeps) {
  return {
    authorize: authorizeWith(deps.verifyToken),
    connect: connectWith(deps),
    disconnect: disconnectWith(deps),
    default: defaultWith(deps),
  }
}
