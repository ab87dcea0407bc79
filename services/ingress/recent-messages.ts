import { LRUCache } from 'lru-cache'
import type { CommandOf } from '../../shared/contract/commands.ts'
import { idConflict } from './find-stored-message.ts'

const MAX_REMEMBERED = 20_000
/** As long as the queue itself drops repeats; after that a message that was refused may be tried again. */
const REMEMBERED_MS = 5 * 60_000

type SendCommand = CommandOf<'message.send'>

export interface RecentMessages {
  /**
   * Accepts a message once; gives when it was accepted, a repeat too, which is not accepted again. Another content or
   * another sender under the same id is a conflict, 409.
   */
  acceptOnce(command: SendCommand, accept: () => Promise<string>): Promise<string>
}

/** What this process accepted lately. Repeats that it does not remember are found in the database. */
export function createRecentMessages(): RecentMessages {
  const remembered = new LRUCache<string, { commandId: string; acceptedAt: string | Promise<string> }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBERED_MS,
    // Else the cache remembers the time for a millisecond, and sets a timer to forget it.
    ttlResolution: 0,
  })
  return {
    async acceptOnce(command, accept) {
      const messageId = command.data.id
      const earlier = remembered.get(messageId)
      if (earlier && earlier.commandId !== command.id) throw idConflict()
      if (earlier) return earlier.acceptedAt
      const accepted = { commandId: command.id, acceptedAt: accept() as string | Promise<string> }
      remembered.set(messageId, accepted)
      try {
        accepted.acceptedAt = await accepted.acceptedAt
        return accepted.acceptedAt
      } catch (error) {
        remembered.delete(messageId)
        throw error
      }
    },
  }
}
