/**
 * Takes in: what the handlers need.
 * Guarantees: the same handlers serve AWS (lambda/) and the server that stands in for API Gateway (server.ts).
 * Gives out: one handler per route of the WebSocket API, and its authorizer.
 */
import type { ActionDeps } from './actions/action.ts'
import { type AuthorizerDeps, authorizeWith } from './authorize.ts'
import { type ConnectDeps, connectWith } from './connect.ts'
import { defaultWith } from './default.ts'
import { disconnectWith } from './disconnect.ts'

export interface HandlerDeps extends ActionDeps, AuthorizerDeps, ConnectDeps {}

export type Handlers = ReturnType<typeof createHandlers>

export function createHandlers(deps: HandlerDeps) {
  return {
    authorize: authorizeWith(deps),
    connect: connectWith(deps),
    disconnect: disconnectWith(deps),
    default: defaultWith(deps),
  }
}
