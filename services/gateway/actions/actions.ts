import type { Action } from './action.ts'
import { markDelivered, markRead } from './mark-messages.ts'
import { ping } from './ping.ts'
import { sendMessage } from './send-message.ts'
import { typing } from './typing.ts'

/** The values of `$request.body.action` that have a route. */
export const actions: ReadonlyMap<string, Action> = new Map([
  ['sendMessage', sendMessage],
  ['markRead', markRead],
  ['markDelivered', markDelivered],
  ['typing', typing],
  ['ping', ping],
])
