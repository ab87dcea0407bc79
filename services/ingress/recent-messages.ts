import { LRUCache } from 'lru-cache'
import type { CommandOf } from '../../shared/contract/commands.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { idConflict } from './find-stored-message.ts'

const MAX_REMEMBERED = 20_000
const REMEMBERED_MS = 5 * 60_000

type SendCommand = CommandOf<'message.send'>

export interface RecentMessages {
  /**
   * Accepts a message once: a repeat gets the first one's answer, without being accepted again. Another content or
   * another sender under the same id is a conflict, 409.
   */
  acceptOnce(command: SendCommand, accept: () => Promise<Message>): Promise<Message>
}

/** What this process accepted lately. Repeats that it does not remember are found in the database. */
export function createRecentMessages(): RecentMessages {
  const remembered = new LRUCache<string, { commandId: string; answer: Promise<Message> }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBERED_MS,
  })
  return {
    acceptOnce(command, accept) {
      const messageId = command.data.id
      const earlier = remembered.get(messageId)
      if (earlier && earlier.commandId !== command.id) {
        throw idConflict()
      }
      if (earlier) return earlier.answer
      const answer = accept()
      remembered.set(messageId, { commandId: command.id, answer })
      answer.catch(() => remembered.delete(messageId))
      return answer
    },
  }
}
