/**
 * Takes in: the events of one conversation, in their order.
 * Guarantees: they reach the topic in that order; while it is away they are tried again, without using up the
 *   receives of their commands. Events after a failed one are published again behind it; those that were on the topic
 *   already are dropped there by their ids.
 * Gives out: nothing; rejects only when `signal` ended the wait.
 */
import type { ChatEvent } from '../../shared/contract/events.ts'
import { describeError } from '../../shared/errors.ts'
import { backoffMs, sleep } from '../../shared/lifecycle.ts'
import type { Logger } from '../../shared/logger.ts'
import type { EventPublisher } from '../../shared/messaging/event-publisher.ts'

export interface Announcement {
  event: ChatEvent
  traceparent: string | undefined
}

export type Announce = (announcements: Announcement[]) => Promise<void>

const BACKOFF_BASE_MS = 100
const BACKOFF_CAP_MS = 2_000

export function createAnnouncer(publisher: EventPublisher, logger: Logger, signal: AbortSignal): Announce {
  return async announcements => {
    let left = announcements
    for (let attempt = 0; left.length > 0; attempt++) {
      const results = await Promise.allSettled(
        left.map(({ event, traceparent }) => publisher.publish(event, traceparent)),
      )
      const firstFailed = results.findIndex(result => result.status === 'rejected')
      if (firstFailed < 0) return
      const { reason } = results[firstFailed] as PromiseRejectedResult
      if (signal.aborted) throw reason
      left = left.slice(firstFailed)
      logger.warn(
        { error: describeError(reason), attempt, events: left.length },
        'could not announce, trying again',
      )
      await sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal)
    }
  }
}
