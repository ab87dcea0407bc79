import { createSqsClient } from '../../../shared/aws/clients.ts'
import { deadLetterQueueOf, topology } from '../../../shared/aws/topology.ts'
import { findQueueUrl } from '../../../shared/messaging/find-resources.ts'
import { type DeadLetterHold, holdDeadLetters } from '../../../shared/messaging/hold-dead-letters.ts'
import type { DeadLetter } from '../../../shared/messaging/read-dead-letter.ts'
import type { Progress } from '../progress.ts'
import type { DeadLetterFilter, QueueName } from './filter.ts'

export interface Found {
  queue: QueueName
  letter: DeadLetter
  hold: DeadLetterHold
}

export interface OpenOptions {
  prefix: string
  filter: DeadLetterFilter
  signal: AbortSignal
  progress: Progress
}

/** Opens the chosen queues. What is received from them is visible to others again when this is disposed. */
export async function openQueues({ prefix, filter, signal, progress }: OpenOptions) {
  await using opened = new AsyncDisposableStack()
  const sqs = opened.adopt(createSqsClient(), client => client.destroy())
  const names = topology(prefix)
  const seen = new Map<QueueName, number>()
  const holds = new Map<QueueName, DeadLetterHold>()
  for (const queue of filter.queues) {
    const origin = names[`${queue}Queue`]
    const [url, originUrl] = await Promise.all([
      findQueueUrl(sqs, deadLetterQueueOf(origin)),
      findQueueUrl(sqs, origin),
    ])
    const onReceive = (count: number) => {
      seen.set(queue, count)
      progress.tell(`looked at ${[...seen.values()].reduce((sum, part) => sum + part)} dead letters`)
    }
    const hold = holdDeadLetters(sqs, { url, originUrl }, { matches: filter.matches, signal, onReceive })
    holds.set(queue, opened.use(hold))
  }
  const running = opened.move()

  /** All that match and can be seen now, the oldest first. */
  async function receiveAll(): Promise<Found[]> {
    const received = [...holds].map(async ([queue, hold]) =>
      (await hold.receiveAll()).map(letter => ({ queue, letter, hold })),
    )
    // Every queue has to come to rest before this is disposed.
    const settled = await Promise.allSettled(received)
    const failed = settled.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    const found = settled.flatMap(result => (result.status === 'fulfilled' ? result.value : []))
    return found.sort((a, b) => a.letter.diedAt.getTime() - b.letter.diedAt.getTime())
  }

  /** A line for each queue that holds more than could be seen. */
  function describeUnseen(): string[] {
    return [...holds].flatMap(([queue, hold]) => {
      const count = hold.countUnseen()
      if (count === 0) return []
      return `${queue}: about ${count} more cannot be seen now, behind an earlier one of their conversation or in other hands`
    })
  }

  return { receiveAll, describeUnseen, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

export type OpenQueues = Awaited<ReturnType<typeof openQueues>>
