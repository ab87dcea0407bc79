import { acceptMessage } from '../../shared/contract/accept-command.ts'
import { buildEvent } from '../../shared/contract/events.ts'
import { deriveId } from '../../shared/contract/identifiers.ts'
import { sendMessageBody } from '../../shared/contract/requests.ts'
import { ASSUMPTIONS } from './assumptions.ts'

export interface BodySizes {
  commandBytes: number
  eventBytes: number
}

/** How long the bodies of an average message are, built as the services build them; ids and times have one length. */
export function measureBodies(): BodySizes {
  const body = sendMessageBody.parse({
    recipientId: 1_234_567,
    contentType: 'text',
    textContent: 'x'.repeat(ASSUMPTIONS.textCharacters),
  })
  const senderId = 7_654_321
  const { command, pending } = acceptMessage(senderId, body, { mediaOrigins: [] })
  const time = pending.createdAt
  const message = { ...pending, seq: 1_234, version: 2_345, status: 'sent' as const, sentAt: time }
  const event = buildEvent({
    id: deriveId('message.created', message.id),
    name: 'message.created',
    conversationId: message.conversationId,
    time,
    data: { audience: [message.recipientId, senderId], message },
  })
  return { commandBytes: lengthOf(command), eventBytes: lengthOf(event) }
}

function lengthOf(body: object): number {
  return Buffer.byteLength(JSON.stringify(body))
}
