import { acceptTyping } from '../../../shared/contract/accept-command.ts'
import type { ServerFrame } from '../../../shared/contract/frames.ts'
import { parseRequest } from '../../../shared/contract/problems.ts'
import { socketTypingData } from '../../../shared/contract/requests.ts'
import { traceparentOf } from '../../../shared/tracing.ts'
import { ACCEPTED, type ActionDeps, type ActionInput } from './action.ts'

export async function typing(input: ActionInput, { sender }: ActionDeps): Promise<ServerFrame> {
  const { caller, data, requestId } = input
  const command = acceptTyping(caller.userId, parseRequest(socketTypingData, data), { requestId })
  await sender.send(command, traceparentOf(undefined))
  return ACCEPTED
}
