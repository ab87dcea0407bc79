import { acceptMessage } from '../../../shared/contract/accept-command.ts'
import type { ServerFrame } from '../../../shared/contract/frames.ts'
import { parseRequest } from '../../../shared/contract/problems.ts'
import { sendMessageBody } from '../../../shared/contract/requests.ts'
import { takeSend } from '../../../shared/limits/take-send.ts'
import type { ActionDeps, ActionInput } from './action.ts'
import { sendCommand } from './send-command.ts'

/** Acknowledges with the pending message; what becomes of it comes as `newMessage` or `messageFailed`. */
export async function sendMessage(input: ActionInput, deps: ActionDeps): Promise<ServerFrame> {
  const body = parseRequest(sendMessageBody, input.data)
  const { command, pending } = acceptMessage(input.caller.userId, body, {
    requestId: input.requestId,
    mediaOrigins: deps.mediaOrigins,
  })
  takeSend(deps, command, 'unseenConversations')
  await sendCommand(deps, input, command)
  // The addresses as they came, maybe signed: those to show the media by until `newMessage` brings fresh ones.
  const { mediaUrl = null, mediaThumbnailUrl = null } = body
  return { type: 'ack', data: { ...pending, mediaUrl, mediaThumbnailUrl } }
}
