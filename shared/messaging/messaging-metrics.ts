import { Counter, countersBy, Histogram, histogramsBy } from '../metrics.ts'

const accepted = new Counter({
  name: 'chat_accepted_total',
  help: 'Commands that the queue took, by type',
  labelNames: ['type'] as const,
})

const batchEntries = new Histogram({
  name: 'chat_batch_entries',
  help: 'Messages in one call to AWS that carried any, and commands in one commit',
  labelNames: ['operation'] as const,
  buckets: [1, 2, 3, 5, 8, 10, 20, 50, 100, 200, 500],
})

const queueAge = new Histogram({
  name: 'chat_queue_age_seconds',
  help: 'Time from the send of a message until it is received, redeliveries included',
  labelNames: ['queue'] as const,
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
})

const deadLetters = new Counter({
  name: 'chat_dead_letters_total',
  help: 'Messages that a worker moved from a queue to its dead-letter queue',
  labelNames: ['queue'] as const,
})

export const acceptedCounter = countersBy(accepted, 'type')
export const batchEntriesOf = histogramsBy(batchEntries, 'operation')
export const queueAgeOf = histogramsBy(queueAge, 'queue')
export const deadLettersCounter = countersBy(deadLetters, 'queue')
