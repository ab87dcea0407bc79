import type { QueueMessage } from './queue-calls.ts'

/** A message that a worker gave up, or that SQS took away from the workers. */
export interface DeadLetter {
  /** Of the message in its origin queue, as the worker's log names it. */
  id: string
  /** Its group in the origin queue: the conversation. */
  groupId: string
  reason: string
  diedAt: Date
  /** When its origin queue first got it, as far as that is known. */
  sentAt: Date
  /** Its place in the origin queue; unknown for what SQS took away. */
  sequenceNumber: bigint | undefined
  /** `type` of the command or event, when there is one that looks like it. */
  type: string | undefined
  /** Later dead letters of its conversation cannot be seen while this one is in hand. */
  hidesOthers: boolean
  body: string
  attributes: Record<string, string>
  /** Of the dead letter itself. */
  messageId: string
  receiptHandle: string
}

/** Of what SQS moved itself (`maxReceiveCount`), and so without a word. */
export const RECEIVED_TOO_OFTEN = 'received too often'

export function readDeadLetter(message: QueueMessage): DeadLetter {
  const { groupId, failedAt, sentAt, sequenceNumber, reason } = message.attributes
  const { type, time } = readEnvelope(message.body)
  return {
    // A worker's dead letter is a group of its own, named by the id of the message that died.
    id: groupId === undefined ? message.id : message.groupId,
    groupId: groupId ?? message.groupId,
    reason: reason ?? RECEIVED_TOO_OFTEN,
    diedAt: readDate(failedAt) ?? message.sentAt,
    // A FIFO queue stamps anew what is moved to it; the body still tells when it was accepted.
    sentAt: readDate(sentAt) ?? readDate(time) ?? message.sentAt,
    sequenceNumber: sequenceNumber && /^\d+$/.test(sequenceNumber) ? BigInt(sequenceNumber) : undefined,
    type,
    hidesOthers: groupId === undefined,
    body: message.body,
    attributes: message.attributes,
    messageId: message.id,
    receiptHandle: message.receiptHandle,
  }
}

/** What a body says of itself, whatever it is; text in place of a type is not taken for one. */
function readEnvelope(body: string): { type: string | undefined; time: string | undefined } {
  try {
    const { type, acceptedAt, time = acceptedAt } = JSON.parse(body)
    const isType = typeof type === 'string' && /^[a-z]+(\.[a-z]+){1,5}$/.test(type) && type.length <= 64
    return { type: isType ? type : undefined, time: typeof time === 'string' ? time : undefined }
  } catch {
    return { type: undefined, time: undefined }
  }
}

function readDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}
