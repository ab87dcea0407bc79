import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { forEachConcurrently } from '../concurrently.ts'
import { backoffMs, sleep } from '../lifecycle.ts'
import { stringAttributes } from './aws-batches.ts'
import { batchesOf, MAX_ATTRIBUTES, MAX_RECEIVED, readMessage, SYSTEM_ATTRIBUTES } from './queue-calls.ts'
import { type DeadLetter, readDeadLetter } from './read-dead-letter.ts'

export interface DeadLetterQueue {
  url: string
  originUrl: string
}

const CALL_TIMEOUT_MS = 10_000
const CHANGE_ATTEMPTS = 5
const PARALLEL_CHANGES = 8
/** A long poll asks every server of SQS; a short one may miss messages. */
const WAIT_SECONDS = 1

/** What one receive brings, hidden from others for `visibilityTimeoutSeconds`; empty when nothing is visible. */
export async function receiveDeadLetters(
  sqs: SQSClient,
  queue: DeadLetterQueue,
  visibilityTimeoutSeconds: number,
): Promise<DeadLetter[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: MAX_RECEIVED,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: visibilityTimeoutSeconds,
      MessageSystemAttributeNames: [...SYSTEM_ATTRIBUTES],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: AbortSignal.timeout(WAIT_SECONDS * 1000 + CALL_TIMEOUT_MS) },
  )
  return Messages.map(message => readDeadLetter(readMessage(message)))
}

/**
 * Sends it back to its origin and then deletes it, so that a crash between the two leaves it in both. Repeating is
 * harmless: within five minutes SQS drops the second one, later the worker finds its work done.
 */
export async function redriveDeadLetter(sqs: SQSClient, queue: DeadLetterQueue, letter: DeadLetter) {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.originUrl,
      MessageBody: letter.body,
      MessageGroupId: letter.groupId,
      MessageDeduplicationId: `redriven-${letter.id}`.slice(0, 128),
      MessageAttributes: stringAttributes(attributesForOrigin(letter)),
    }),
    { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) },
  )
  await discardDeadLetter(sqs, queue, letter)
}

/** Its place among the others goes with it: should it die again, a later redrive still knows the order. */
function attributesForOrigin(letter: DeadLetter): Record<string, string> {
  const { reason, failedAt, origin, groupId, ...rest } = letter.attributes
  const ours = {
    redriven: new Date().toISOString(),
    sentAt: letter.sentAt.toISOString(),
    ...(letter.sequenceNumber !== undefined && { sequenceNumber: String(letter.sequenceNumber) }),
  }
  const kept = Object.entries(rest).filter(([name]) => !(name in ours))
  const room = MAX_ATTRIBUTES - Object.keys(ours).length
  return { ...Object.fromEntries(kept.slice(0, room)), ...ours }
}

export async function discardDeadLetter(sqs: SQSClient, queue: DeadLetterQueue, letter: DeadLetter) {
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: letter.receiptHandle }), {
    abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  })
}

/** Hides letters for so many seconds from now; with 0 they are visible again. Gives how many it could not reach. */
export async function hideDeadLetters(
  sqs: SQSClient,
  queue: DeadLetterQueue,
  letters: DeadLetter[],
  seconds: number,
): Promise<number> {
  let left = letters
  for (let attempt = 0; left.length > 0 && attempt < CHANGE_ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(backoffMs(attempt, 100, 2_000))
    const failed: DeadLetter[] = []
    await forEachConcurrently(batchesOf(left), PARALLEL_CHANGES, async batch => {
      failed.push(...(await changeVisibility(sqs, queue, batch, seconds)))
    })
    left = failed
  }
  return left.length
}

/** Gives those to try again. */
async function changeVisibility(
  sqs: SQSClient,
  queue: DeadLetterQueue,
  batch: DeadLetter[],
  seconds: number,
) {
  try {
    const { Failed = [] } = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queue.url,
        Entries: batch.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        })),
      }),
      { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) },
    )
    return Failed.filter(entry => !entry.SenderFault).map(entry => batch[Number(entry.Id)] as DeadLetter)
  } catch {
    return batch
  }
}

/** How many the queue holds, hidden ones included. SQS itself calls it approximate. */
export async function countDeadLetters(sqs: SQSClient, queue: DeadLetterQueue): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: [...names] }),
    { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) },
  )
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}
