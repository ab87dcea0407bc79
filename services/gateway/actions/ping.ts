import { touchConnection } from '../../../shared/connections/touch-connection.ts'
import type { ServerFrame } from '../../../shared/contract/frames.ts'
import { unavailable } from '../../../shared/contract/problems.ts'
import type { ActionDeps, ActionInput } from './action.ts'

/** Keeps the socket from idling out, and its registry entry true. */
export async function ping(
  { caller }: ActionInput,
  { connections, limits }: ActionDeps,
): Promise<ServerFrame> {
  limits.take('writes', caller.userId)
  await touchConnection(connections, caller).catch(error => {
    throw unavailable('the registry of connections', error)
  })
  return { type: 'pong', data: { at: new Date().toISOString() } }
}
