import type { ChatCommand } from '../../../shared/contract/commands.ts'
import { wellFormedRequestId } from '../../../shared/request-id.ts'
import { traceIdOf } from '../../../shared/tracing.ts'
import type { ActionDeps, ActionInput } from './action.ts'

/** Puts what a frame asks for on the queue, before the first `await`, as part of the frame's trace. */
export async function sendCommand(
  { sender, logger }: ActionDeps,
  { caller, requestId, trace }: ActionInput,
  command: ChatCommand,
): Promise<void> {
  await sender.send(command, trace)
  if (!logger.isLevelEnabled('debug')) return
  const { id: commandId, conversationId, type } = command
  const ids = { commandId, conversationId, traceId: traceIdOf(trace), connectionId: caller.connectionId }
  logger.debug({ requestId: wellFormedRequestId(requestId), ...ids, type }, 'accepted')
}
