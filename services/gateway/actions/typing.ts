import { acceptTyping } from '../../../shared/contract/accept-command.ts'
import type { ServerFrame } from '../../../shared/contract/frames.ts'
import { parseRequest } from '../../../shared/contract/problems.ts'
import { socketTypingData } from '../../../shared/contract/requests.ts'
import { ACCEPTED, type ActionDeps, type ActionInput } from './action.ts'
import { sendCommand } from './send-command.ts'

export async function typing(input: ActionInput, deps: ActionDeps): Promise<ServerFrame> {
  const { caller, data, requestId } = input
  const command = acceptTyping(caller.userId, parseRequest(socketTypingData, data), { requestId })
  deps.limits.take('typing', caller.userId)
  await sendCommand(deps, input, command)
  return ACCEPTED
}
