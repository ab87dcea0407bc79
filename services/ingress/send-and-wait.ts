import type { ChatCommand } from '../../shared/contract/commands.ts'
import type { IngressContext, IngressDeps } from './context.ts'
import { DEFAULT_WAIT_SECONDS, requireSuccess, waitSecondsOf } from './prefer.ts'
import { sendCommand } from './send-command.ts'

/**
 * Sends a command and waits as long as the caller, or else the route, wants. True: it is stored. False: the time is
 * up, and it will be. A command that cannot be stored becomes its problem.
 */
export async function sendAndWait(
  deps: IngressDeps,
  c: IngressContext,
  build: (options: { reportOutcome: boolean }) => ChatCommand,
  unaskedSeconds: number = DEFAULT_WAIT_SECONDS,
): Promise<boolean> {
  const seconds = waitSecondsOf(c, unaskedSeconds)
  const command = build({ reportOutcome: seconds > 0 })
  await sendCommand(deps, c, command)
  if (seconds === 0) return false
  return requireSuccess(await deps.outcomes.wait(command.id, seconds * 1000)) !== undefined
}
