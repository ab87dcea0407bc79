/**
 * Takes in: a tick each minute.
 * Guarantees: every socket whose token has ended, or which had to make room, is closed by API Gateway within a minute of
 * that; what cannot be closed now is tried again at the next tick. Nothing is read of sockets that are not due.
 * Gives out: closed sockets, and how many.
 */

import { forEachConcurrently } from '../../shared/concurrently.ts'
import {
  findDueEndings,
  removeEnding,
  type SocketEnding,
  type SocketEndings,
} from '../../shared/connections/socket-endings.ts'
import { describeError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'

const MAX_AT_ONCE = 32

export interface EndDueSocketsDeps {
  endings: SocketEndings
  /** Closes an open socket; one that is closed already is as well. */
  close(connectionId: string): Promise<void>
  logger: Logger
}

export function endDueSocketsWith({ endings, close, logger }: EndDueSocketsDeps) {
  return async function endDueSockets(): Promise<{ ended: number; failed: number }> {
    const due = await findDueEndings(endings, new Date())
    let failed = 0
    await forEachConcurrently(due, MAX_AT_ONCE, async ending => {
      try {
        await end(ending)
      } catch (error) {
        failed++
        logger.warn(
          { connectionId: ending.connectionId, error: describeError(error) },
          'could not end a socket',
        )
      }
    })
    if (due.length > 0) logger.info({ ended: due.length - failed, failed }, 'ended sockets that were due')
    return { ended: due.length - failed, failed }
  }

  async function end(ending: SocketEnding): Promise<void> {
    await close(ending.connectionId)
    await removeEnding(endings, ending)
  }
}
