import type { Work } from '../../services/persister/work.ts'
import { acceptCommand, acceptMessage } from '../../shared/contract/accept-command.ts'
import type { ChatCommand, CommandOf } from '../../shared/contract/commands.ts'
import { type SendMessageBody, sendMessageBody } from '../../shared/contract/requests.ts'

export const [ADA, BOB, EVE, DAN, UMA] = [1, 2, 3, 4, 5]

/** A message as the ingress accepts it. */
export function sendCommand(
  senderId: number,
  recipientId: number,
  body: object = {},
  options: { reportOutcome?: boolean; requestId?: string } = {},
): CommandOf<'message.send'> {
  const parsed: SendMessageBody = sendMessageBody.parse({
    recipientId,
    contentType: 'text',
    textContent: 'hi',
    ...body,
  })
  return acceptMessage(senderId, parsed, { mediaOrigins: ['https://media.example'], ...options }).command
}

type Other = Parameters<typeof acceptCommand>[2]

/** Any other command; `acceptedAt` in milliseconds from now orders those that must not have one time. */
export function otherCommand(
  userId: number,
  conversationId: string,
  command: Other,
  { acceptedInMs = 0, ...options }: { acceptedInMs?: number; reportOutcome?: boolean } = {},
): ChatCommand {
  const acceptedAt = new Date(Date.now() + acceptedInMs).toISOString()
  return { ...acceptCommand(userId, conversationId, command, options), acceptedAt }
}

export function workOf<Command extends ChatCommand>(
  command: Command,
  { redelivered = false } = {},
): Work<Command> {
  return { command, redelivered, traceparent: undefined }
}
