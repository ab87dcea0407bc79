import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { callWithin } from '../aws/call-within.ts'
import type { ChatCommand } from '../contract/commands.ts'
import { unavailable } from '../contract/problems.ts'
import { Counter, countersBy } from '../metrics.ts'
import type { TraceContext } from '../tracing.ts'
import { refusals, stringAttributes } from './aws-batches.ts'
import { createBatchSender, type SendBatch } from './batch-sender.ts'
import { encodeBody } from './encode-body.ts'
import { type Destination, observeCalls, startSendSpan } from './message-spans.ts'
import { resourceNameOf } from './resource-name.ts'

const accepted = new Counter({
  name: 'chat_accepted_total',
  help: 'Commands that the queue took, by type',
  labelNames: ['type'] as const,
})
const acceptedCounter = countersBy(accepted, 'type')

/** Longest time one call may take before its senders are told to try again. */
const CALL_TIMEOUT_MS = 5_000

export interface CommandSender extends AsyncDisposable {
  /**
   * Resolves when the command is in the queue; rejects with 503 when it may not be. Commands of one conversation
   * keep the order of the calls. Sending the same command again is harmless: it has the same deduplication id.
   */
  send(command: ChatCommand, trace?: TraceContext): Promise<void>
}

export function createCommandSender(sqs: SQSClient, queueUrl: string): CommandSender {
  const queue: Destination = { system: 'aws_sqs', name: resourceNameOf(queueUrl) }
  const sender = createBatchSender(observeCalls('SendMessageBatch', queue, sendBatchTo(sqs, queueUrl)))
  return {
    send(command, trace) {
      const span = startSendSpan('send', queue, trace)
      span?.set({
        'chat.command.id': command.id,
        'chat.command.type': command.type,
        'chat.conversation.id': command.conversationId,
      })
      return sender
        .send({
          groupId: command.conversationId,
          deduplicationId: command.id,
          body: encodeBody(command),
          attributes: { ...(span?.context ?? trace) },
        })
        .then(
          () => {
            acceptedCounter(command.type).inc()
            span?.end()
          },
          error => {
            span?.end(error)
            throw unavailable('the message queue', error)
          },
        )
    },
    [Symbol.asyncDispose]: () => sender.drain(),
  }
}

function sendBatchTo(sqs: SQSClient, queueUrl: string): SendBatch {
  return async entries => {
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: entries.map((entry, index) => ({
        Id: String(index),
        MessageBody: entry.body,
        MessageGroupId: entry.groupId,
        MessageDeduplicationId: entry.deduplicationId,
        MessageAttributes: stringAttributes(entry.attributes),
      })),
    })
    const result = await callWithin(CALL_TIMEOUT_MS, options => sqs.send(command, options))
    return refusals(result.Failed)
  }
}
