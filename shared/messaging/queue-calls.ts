import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { callWithin } from '../aws/call-within.ts'
import { backoffMs, sleep } from '../lifecycle.ts'
import type { Logger } from '../logger.ts'
import { contextOfAttributes, type TraceContext } from '../tracing.ts'
import { stringAttributes } from './aws-batches.ts'

export interface QueueMessage {
  id: string
  groupId: string
  body: string
  receiptHandle: string
  /** Times it was received, this one included. */
  receiveCount: number
  sentAt: Date
  firstReceivedAt: Date
  /** Rises within the group. */
  sequenceNumber?: string | undefined
  attributes: Record<string, string>
  /** What was done with it belongs to this trace: where it came from, or else what the consumer records. */
  trace?: TraceContext | undefined
}

/** The most that SQS gives in one receive and takes in one batch. */
export const MAX_RECEIVED = 10
/** Of one message. */
export const MAX_ATTRIBUTES = 10
/** What `readMessage` needs to be asked for. */
export const SYSTEM_ATTRIBUTES = [
  'MessageGroupId',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SentTimestamp',
  'SequenceNumber',
] as const

/** SQS refuses them; halves of surrogate pairs too, so that a cut never leaves one. */
const NOT_IN_ATTRIBUTES = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g

const DELETE_ATTEMPTS = 5
const POLL_GRACE_MS = 10_000
const CALL_TIMEOUT_MS = 10_000

export type QueueCalls = ReturnType<typeof createQueueCalls>

/** The calls a consumer makes on its queue, batched as SQS allows. */
export function createQueueCalls(
  sqs: SQSClient,
  queue: {
    queueUrl: string
    deadLetterQueueUrl: string
    waitTimeSeconds: number
    visibilityTimeoutSeconds: number
  },
) {
  const { queueUrl, visibilityTimeoutSeconds } = queue

  async function receive(): Promise<QueueMessage[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MAX_RECEIVED,
      WaitTimeSeconds: queue.waitTimeSeconds,
      VisibilityTimeout: visibilityTimeoutSeconds,
      MessageSystemAttributeNames: [...SYSTEM_ATTRIBUTES],
      MessageAttributeNames: ['All'],
    })
    const { Messages = [] } = await callWithin(queue.waitTimeSeconds * 1000 + POLL_GRACE_MS, options =>
      sqs.send(command, options),
    )
    return Messages.map(readMessage)
  }

  async function deleteAll(messages: QueueMessage[], logger: Logger): Promise<void> {
    let left = messages
    for (let attempt = 0; left.length > 0 && attempt < DELETE_ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(backoffMs(attempt, 100, 2_000))
      left = (await Promise.all(batchesOf(left).map(deleteBatch))).flat()
    }
    if (left.length > 0)
      logger.error({ messageIds: left.map(message => message.id) }, 'could not delete; will come again')
  }

  /** Gives what could not be deleted. */
  async function deleteBatch(messages: QueueMessage[]): Promise<QueueMessage[]> {
    try {
      const command = new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map((message, index) => ({
          Id: String(index),
          ReceiptHandle: message.receiptHandle,
        })),
      })
      const { Failed = [] } = await callWithin(CALL_TIMEOUT_MS, options => sqs.send(command, options))
      return Failed.filter(entry => !entry.SenderFault).map(
        entry => messages[Number(entry.Id)] as QueueMessage,
      )
    } catch {
      return messages
    }
  }

  /** Makes messages visible again after `delaySeconds`, in the order given. */
  async function release(messages: QueueMessage[], delaySeconds: number): Promise<void> {
    for (const batch of batchesOf(messages)) await changeVisibility(batch, delaySeconds)
  }

  async function extendVisibility(messages: QueueMessage[]): Promise<void> {
    await Promise.all(batchesOf(messages).map(batch => changeVisibility(batch, visibilityTimeoutSeconds)))
  }

  async function changeVisibility(messages: QueueMessage[], seconds: number): Promise<void> {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map((message, index) => ({
        Id: String(index),
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: seconds,
      })),
    })
    await callWithin(CALL_TIMEOUT_MS, options => sqs.send(command, options))
  }

  /**
   * Each dead letter is a group of its own, so that none hides behind another one that is looked at. Attributes that
   * would leave no room for ours are dropped, the last ones first. A body so large that ours do not fit beside it is
   * kept whole, with what of ours does fit.
   */
  async function sendToDeadLetterQueue(message: QueueMessage, reason: string): Promise<void> {
    const verdict = {
      groupId: message.groupId,
      reason: reason.replace(NOT_IN_ATTRIBUTES, '?').slice(0, 500),
      failedAt: new Date().toISOString(),
      origin: queueUrl.split('/').at(-1) as string,
      ...placeInOrigin(message),
    }
    const kept = Object.entries(message.attributes).filter(([name]) => !(name in verdict))
    const room = MAX_ATTRIBUTES - Object.keys(verdict).length
    try {
      await bury(message, { ...Object.fromEntries(kept.slice(0, room)), ...verdict })
    } catch (error) {
      if (!isRefused(error)) throw error
      await bury(message, fitInto(bytesOf(message.attributes), verdict))
    }
  }

  async function bury({ id, body }: QueueMessage, attributes: Record<string, string>): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: queue.deadLetterQueueUrl,
      MessageBody: body,
      MessageGroupId: id,
      MessageDeduplicationId: id,
      MessageAttributes: stringAttributes(attributes),
    })
    await callWithin(CALL_TIMEOUT_MS, options => sqs.send(command, options))
  }

  return { receive, delete: deleteAll, release, extendVisibility, sendToDeadLetterQueue }
}

/** SQS looked at the message and did not take it, as one that is too large. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && /InvalidParameterValue|InvalidMessageContents|TooLong/.test(error.name)
}

/** As SQS counts attributes: name, data type and value. */
function bytesOf(attributes: Record<string, string>): number {
  const sizes = Object.entries(attributes).map(
    ([name, value]) => Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The first of them that take no more bytes than that. */
function fitInto(room: number, attributes: Record<string, string>): Record<string, string> {
  const fitting: Record<string, string> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (bytesOf({ ...fitting, [name]: value }) > room) break
    fitting[name] = value
  }
  return fitting
}

/** Where it stood among the others when its queue first got it; a redriven message carries that with it. */
function placeInOrigin({ attributes, sentAt, sequenceNumber }: QueueMessage): Record<string, string> {
  const { redriven } = attributes
  const place =
    redriven === undefined
      ? { sentAt: sentAt.toISOString(), sequenceNumber }
      : { redriven, sentAt: attributes.sentAt, sequenceNumber: attributes.sequenceNumber }
  return Object.fromEntries(Object.entries(place).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

export function readMessage(message: Message): QueueMessage {
  const attributes: Record<string, string> = {}
  for (const [name, { StringValue }] of Object.entries(message.MessageAttributes ?? {}))
    if (StringValue) attributes[name] = StringValue
  return {
    id: message.MessageId as string,
    groupId: message.Attributes?.MessageGroupId ?? '',
    body: message.Body ?? '',
    receiptHandle: message.ReceiptHandle as string,
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    sentAt: readTime(message.Attributes?.SentTimestamp),
    firstReceivedAt: readTime(message.Attributes?.ApproximateFirstReceiveTimestamp),
    sequenceNumber: message.Attributes?.SequenceNumber,
    attributes,
    trace: contextOfAttributes(attributes),
  }
}

/** Epoch ms; now, where nothing is said. */
function readTime(text: string | undefined): Date {
  return new Date(Number(text ?? Date.now()))
}

export function batchesOf<T>(messages: T[]): T[][] {
  const batches: T[][] = []
  for (let start = 0; start < messages.length; start += MAX_RECEIVED) {
    batches.push(messages.slice(start, start + MAX_RECEIVED))
  }
  return batches
}
