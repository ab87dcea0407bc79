import { Counter, Histogram } from '../metrics.ts'
import type { Span } from '../tracing.ts'
import { batchEntriesOf } from './batch-metrics.ts'
import { type Destination, recordReceive, startProcessSpan } from './message-spans.ts'
import type { QueueMessage } from './queue-calls.ts'
import { resourceNameOf } from './resource-name.ts'

const queueAge = new Histogram({
  name: 'chat_queue_age_seconds',
  help: 'Time from the send of a message until it is received, redeliveries included',
  labelNames: ['queue'] as const,
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
})

const deadLetterCount = new Counter({
  name: 'chat_dead_letters_total',
  help: 'Messages that a worker moved from a queue to its dead-letter queue',
  labelNames: ['queue'] as const,
})

const MS_PER_SECOND = 1_000

/** What a consumer of this queue counts and records; nothing of it changes what it does. */
export function observeConsumer(queueUrl: string) {
  const queue: Destination = { system: 'aws_sqs', name: resourceNameOf(queueUrl) }
  const entries = batchEntriesOf('ReceiveMessage')
  const age = queueAge.labels({ queue: queue.name })
  const deadLetters = deadLetterCount.labels({ queue: queue.name })
  const spans = new Map<QueueMessage, Span>()

  return {
    /** A receive that began at `startedAt` (epoch ms) brought these. */
    received(messages: QueueMessage[], startedAt: number): void {
      const now = Date.now()
      entries.observe(messages.length)
      for (const { sentAt } of messages) age.observe(Math.max(0, now - sentAt.getTime()) / MS_PER_SECOND)
      recordReceive(queue, () => messages.map(({ trace }) => trace), startedAt, messages.length)
    },
    /** They are handed to the handler, which goes on in the trace of each. */
    taken(messages: QueueMessage[]): void {
      for (const message of messages) {
        const span = startProcessSpan(queue, message)
        if (span === undefined) continue
        message.trace = span.context
        spans.set(message, span)
      }
    },
    settled(message: QueueMessage, outcome: { status: string; error?: unknown; reason?: string }): void {
      const span = spans.get(message)
      if (span === undefined) return
      spans.delete(message)
      span.set({ 'chat.outcome': outcome.status })
      span.end(outcome.reason === undefined ? outcome.error : new Error(outcome.reason))
    },
    buried: () => deadLetters.inc(),
  }
}
