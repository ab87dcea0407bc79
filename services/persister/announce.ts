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
import { type TraceContext, traceIdOf } from '../../shared/tracing.ts'

export interface Announcement {
  event: ChatEvent
  trace: TraceContext | undefined
}

export interface Announced {
  /** Settles when something else is done as well, before which the command must not be deleted. */
  afterwards: Promise<void>
}

/** Resolves when all is on the topic; with nothing when nothing else is to be done. */
export type Announce = (announcements: Announcement[]) => Promise<Announced | undefined>

const BACKOFF_BASE_MS = 100
const BACKOFF_CAP_MS = 2_000

export function createAnnouncer(publisher: EventPublisher, logger: Logger, signal: AbortSignal): Announce {
  return async announcements => {
    let left = announcements
    for (let attempt = 0; left.length > 0; attempt++) {
      const results = await Promise.allSettled(
        left.map(({ event, trace }) => publisher.publish(event, trace)),
      )
      const firstFailed = results.findIndex(result => result.status === 'rejected')
      if (firstFailed < 0) return undefined
      const { reason } = results[firstFailed] as PromiseRejectedResult
      if (signal.aborted) throw reason
      left = left.slice(firstFailed)
      logger.warn(
        { ...describe(left), attempt, error: describeError(reason) },
        'could not announce, trying again',
      )
      await sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal)
    }
    return undefined
  }
}

/** The first tells which conversation waits. */
function describe([first, ...others]: Announcement[]) {
  return {
    eventId: first?.event.id,
    conversationId: first?.event.subject,
    traceId: traceIdOf(first?.trace),
    events: others.length + 1,
  }
}
