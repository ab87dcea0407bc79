/**
 * Takes in: events on their way to the topic.
 * Guarantees: media that a stored message names is kept before the message's command is deleted. While S3 is away it is
 *   tried again, beside the announcement and without holding up that or other conversations; a message without media asks
 *   nothing of S3.
 * Gives out: the events, to the announcer.
 */
import { explainAwsError } from '../../shared/aws/explain-aws-error.ts'
import type { ChatEvent } from '../../shared/contract/events.ts'
import { describeError } from '../../shared/errors.ts'
import { backoffMs, sleep } from '../../shared/lifecycle.ts'
import type { Logger } from '../../shared/logger.ts'
import type { KeepMedia } from '../../shared/media/keep-media.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import type { Announce, Announcement } from './announce.ts'

const BACKOFF_BASE_MS = 200
const BACKOFF_CAP_MS = 5_000

export function keepUsedMedia(
  announce: Announce,
  keep: KeepMedia,
  logger: Logger,
  signal: AbortSignal,
): Announce {
  async function keepUntilDone(url: string, { event, trace }: Announcement): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await keep(url)
      } catch (error) {
        const ids = { eventId: event.id, conversationId: event.subject, traceId: traceIdOf(trace) }
        // More patience gives no rights; the message must not wait for them.
        if (explainAwsError(error).kind === 'denied')
          return logger.error({ ...ids, error: describeError(error) }, 'media of a message will expire')
        if (signal.aborted) throw error
        logger.warn({ ...ids, attempt, error: describeError(error) }, 'could not keep media, trying again')
        await sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal)
      }
    }
  }

  return async announcements => {
    const keeping = announcements.flatMap(announcement =>
      mediaOf(announcement.event).map(url => keepUntilDone(url, announcement)),
    )
    if (keeping.length === 0) return announce(announcements)
    const afterwards = Promise.all(keeping).then(() => {})
    // Whoever waits for it is told; when the announcement fails, nobody does.
    afterwards.catch(() => {})
    await announce(announcements)
    return { afterwards }
  }
}

function mediaOf(event: ChatEvent): string[] {
  if (event.type !== 'co.growzone.chat.message.created') return []
  const { mediaUrl, mediaThumbnailUrl } = event.data.message
  return [mediaUrl, mediaThumbnailUrl].filter(url => url !== null)
}
