import { importPackageFile } from './package-file.ts'

/** What of a fauxqs 2.4.1 queue is used here. */
interface Message {
  messageId: string
  body: string
  md5OfBody: string
  md5OfMessageAttributes?: string
  messageAttributes: object
  sequenceNumber: string
  approximateReceiveCount: number
  approximateFirstReceiveTimestamp?: number
}
interface Queue {
  attributes: { VisibilityTimeout: string; RedrivePolicy?: string }
  fifoMessages: Map<string, Message[]>
  fifoLockedGroups: Map<string, number>
  inflightMessages: Map<string, { message: Message; receiptHandle: string; visibilityDeadline: number }>
  persistence?: {
    updateMessageInflight(id: string, handle: string, deadline: number, count: number, first: number): void
    deleteMessage(id: string): void
  }
  processTimers(): void
  enqueue(message: Message): void
}
type FindQueue = (arn: string) => Queue | undefined

const MAX_RECEIVED = 10

/**
 * fauxqs gives one message of a group per receive. SQS gives as many as fit, in their order, and that is what a
 * consumer must get right, so this makes it do the same.
 */
export async function receiveWholeGroups(): Promise<void> {
  const { SqsQueue } = await importPackageFile<{ SqsQueue: { prototype: object } }>(
    'fauxqs',
    'dist/sqs/sqsStore.js',
  )
  Object.assign(SqsQueue.prototype, { dequeueFifo })
}

function dequeueFifo(
  this: Queue,
  maxCount: number,
  timeoutSeconds: number | undefined,
  findQueue?: FindQueue,
) {
  this.processTimers()
  const visibilityMs = (timeoutSeconds ?? Number(this.attributes.VisibilityTimeout)) * 1000
  const received: object[] = []
  const most = Math.min(maxCount, MAX_RECEIVED)
  for (const [groupId, waiting] of this.fifoMessages) {
    if (received.length >= most) break
    if (this.fifoLockedGroups.has(groupId)) continue
    // What comes back is put in front, whatever stands there already.
    waiting.sort((one, other) => (one.sequenceNumber < other.sequenceNumber ? -1 : 1))
    while (waiting.length > 0 && received.length < most) {
      const message = waiting.shift() as Message
      message.approximateReceiveCount++
      message.approximateFirstReceiveTimestamp ??= Date.now()
      if (bury(this, message, findQueue)) continue
      this.fifoLockedGroups.set(groupId, (this.fifoLockedGroups.get(groupId) ?? 0) + 1)
      received.push(hold(this, message, Date.now() + visibilityMs))
    }
    // Behind all others, so that none waits for ever for those that are never empty.
    this.fifoMessages.delete(groupId)
    if (waiting.length > 0) this.fifoMessages.set(groupId, waiting)
  }
  return received
}

function bury(queue: Queue, message: Message, findQueue: FindQueue | undefined): boolean {
  const policy = JSON.parse(queue.attributes.RedrivePolicy || '{}')
  if (!(message.approximateReceiveCount > policy.maxReceiveCount)) return false
  const deadLetters = findQueue?.(policy.deadLetterTargetArn)
  if (deadLetters === undefined) return false
  queue.persistence?.deleteMessage(message.messageId)
  deadLetters.enqueue(message)
  return true
}

function hold(queue: Queue, message: Message, visibilityDeadline: number): object {
  const receiptHandle = crypto.randomUUID()
  const { messageId, md5OfBody, body, md5OfMessageAttributes, messageAttributes } = message
  queue.inflightMessages.set(receiptHandle, { message, receiptHandle, visibilityDeadline })
  queue.persistence?.updateMessageInflight(
    messageId,
    receiptHandle,
    visibilityDeadline,
    message.approximateReceiveCount,
    message.approximateFirstReceiveTimestamp as number,
  )
  return {
    ...{ MessageId: messageId, ReceiptHandle: receiptHandle, MD5OfBody: md5OfBody, Body: body },
    ...(md5OfMessageAttributes && { MD5OfMessageAttributes: md5OfMessageAttributes }),
    ...(Object.keys(messageAttributes).length > 0 && { MessageAttributes: messageAttributes }),
  }
}
