/** Spans of messages, by OpenTelemetry's conventions for messaging. */
import {
  contextOfAttributes,
  type Span,
  type SpanAttributes,
  startBatchSpan,
  startSpan,
  type TraceContext,
} from '../tracing.ts'
import { batchEntriesOf } from './batch-metrics.ts'
import type { SendBatch } from './batch-sender.ts'

export type MessagingSystem = 'aws_sqs' | 'aws.sns'

export interface Destination {
  system: MessagingSystem
  name: string
}

/** One message on its way to a queue or topic; its context travels with the message. */
export function startSendSpan(
  operation: 'send' | 'publish',
  destination: Destination,
  parent: TraceContext | undefined,
): Span | undefined {
  const span = startSpan('producer', `${operation} ${destination.name}`, parent)
  span?.set(attributesOf(destination, operation, 'send'))
  return span
}

/** Counts the entries of every call, and records each in a span that is linked to its messages. */
export function observeCalls(operation: string, destination: Destination, sendBatch: SendBatch): SendBatch {
  const entriesOf = batchEntriesOf(operation)
  const name = `${operation} ${destination.name}`
  return async entries => {
    entriesOf.observe(entries.length)
    const span = startBatchSpan('client', name, () =>
      entries.map(entry => contextOfAttributes(entry.attributes)),
    )
    span?.set(attributesOf(destination, operation, 'send'))
    span?.set({ 'messaging.batch.message_count': entries.length })
    try {
      const refused = await sendBatch(entries)
      span?.end(refused.values().next().value)
      return refused
    } catch (error) {
      span?.end(error)
      throw error
    }
  }
}

/** A receive that brought messages, which began at `startedAt` (epoch ms). */
export function recordReceive(
  destination: Destination,
  contexts: () => (TraceContext | undefined)[],
  startedAt: number,
  messages: number,
): void {
  const span = startBatchSpan('client', `receive ${destination.name}`, contexts, startedAt)
  span?.set(attributesOf(destination, 'receive', 'receive'))
  span?.set({ 'messaging.batch.message_count': messages })
  span?.end()
}

/** What a worker does with one message, until its outcome is known. */
export function startProcessSpan(
  destination: Destination,
  message: { id: string; groupId: string; receiveCount: number; trace?: TraceContext | undefined },
): Span | undefined {
  const span = startSpan('consumer', `process ${destination.name}`, message.trace)
  span?.set(attributesOf(destination, 'process', 'process'))
  span?.set({
    'messaging.message.id': message.id,
    'chat.conversation.id': message.groupId,
    'chat.receive_count': message.receiveCount,
  })
  return span
}

function attributesOf(
  { system, name }: Destination,
  operation: string,
  type: 'send' | 'receive' | 'process',
): SpanAttributes {
  return {
    'messaging.system': system,
    'messaging.destination.name': name,
    'messaging.operation.name': operation,
    'messaging.operation.type': type,
  }
}
