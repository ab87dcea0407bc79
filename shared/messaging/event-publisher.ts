import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns'
import { callWithin } from '../aws/call-within.ts'
import type { ChatEvent } from '../contract/events.ts'
import type { TraceContext } from '../tracing.ts'
import { refusals, stringAttributes } from './aws-batches.ts'
import { createBatchSender, type SendBatch } from './batch-sender.ts'
import { encodeBody } from './encode-body.ts'
import { type Destination, observeCalls, startSendSpan } from './message-spans.ts'
import { resourceNameOf } from './resource-name.ts'

const CALL_TIMEOUT_MS = 5_000

export interface EventPublisher extends AsyncDisposable {
  /**
   * Resolves when the event is on the topic. Events of one conversation keep the order of the calls.
   * Publishing the same event again within five minutes is dropped by its id.
   */
  publish(event: ChatEvent, trace?: TraceContext): Promise<void>
}

export function createEventPublisher(sns: SNSClient, topicArn: string): EventPublisher {
  const topic: Destination = { system: 'aws.sns', name: resourceNameOf(topicArn) }
  const publishBatch = observeCalls('PublishBatch', topic, publishBatchTo(sns, topicArn))
  // The events of a commit come all at once.
  const sender = createBatchSender(publishBatch, { inBursts: true })
  return {
    publish(event, trace) {
      const span = startSendSpan('publish', topic, trace)
      span?.set({
        'chat.event.id': event.id,
        'chat.event.type': event.type,
        'chat.conversation.id': event.subject,
      })
      const published = sender.send({
        groupId: event.subject,
        deduplicationId: event.id,
        body: encodeBody(event),
        attributes: { type: event.type, ...(span?.context ?? trace) },
      })
      if (span)
        published.then(
          () => span.end(),
          error => span.end(error),
        )
      return published
    },
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
