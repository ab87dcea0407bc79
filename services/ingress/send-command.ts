import type { ChatCommand } from '../../shared/contract/commands.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import type { IngressContext, IngressDeps } from './context.ts'

/** Puts what a request asks for on the queue, as part of the request's trace. */
export async function sendCommand(
  { commands, logger }: Pick<IngressDeps, 'commands' | 'logger'>,
  c: IngressContext,
  command: ChatCommand,
): Promise<void> {
  const trace = c.get('trace')
  await commands.send(command, trace)
  if (!logger.isLevelEnabled('debug')) return
  const { id: commandId, conversationId, type } = command
  const ids = { requestId: c.get('requestId'), commandId, conversationId, traceId: traceIdOf(trace) }
  logger.debug({ ...ids, type }, 'accepted')
}
