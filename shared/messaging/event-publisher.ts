import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns'
import { callWithin } from '../aws/call-within.ts'
import type { ChatEvent } from '../contract/events.ts'
import { refusals, stringAttributes } from './aws-batches.ts'
import { createBatchSender, type SendBatch } from './batch-sender.ts'
import { encodeBody } from './encode-body.ts'

const CALL_TIMEOUT_MS = 5_000

export interface EventPublisher extends AsyncDisposable {
  /**
   * Resolves when the event is on the topic. Events of one conversation keep the order of the calls.
   * Publishing the same event again within five minutes is dropped by its id.
   */
  publish(event: ChatEvent, traceparent?: string): Promise<void>
}

export function createEventPublisher(sns: SNSClient, topicArn: string): EventPublisher {
  const sender = createBatchSender(publishBatchTo(sns, topicArn))
  return {
    publish: (event, traceparent) =>
      sender.send({
        groupId: event.subject,
        deduplicationId: event.id,
        body: encodeBody(event),
        attributes: { type: event.type, ...(traceparent !== undefined && { traceparent }) },
      }),
    [Symbol.asyncDispose]: () => sender.drain(),
  }
}

function publishBatchTo(sns: SNSClient, topicArn: string): SendBatch {
  return async entries => {
    const command = new PublishBatchCommand({
      TopicArn: topicArn,
      PublishBatchRequestEntries: entries.map((entry, index) => ({
        Id: String(index),
        Message: entry.body,
        MessageGroupId: entry.groupId,
        MessageDeduplicationId: entry.deduplicationId,
        MessageAttributes: stringAttributes(entry.attributes),
      })),
    })
    const result = await callWithin(CALL_TIMEOUT_MS, options => sns.send(command, options))
    return refusals(result.Failed)
  }
}
