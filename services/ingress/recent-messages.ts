import { LRUCache } from 'lru-cache'
import type { CommandOf } from '../../shared/contract/commands.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { ProblemError } from '../../shared/contract/problems.ts'

const MAX_REMEMBERED = 20_000
const REMEMBERED_MS = 5 * 60_000

type SendCommand = CommandOf<'message.send'>

export interface RecentMessages {
  /**
   * Accepts a message once: a repeat gets the first one's answer, without being sent again. Another content or
   * another sender under the same id is a conflict, 409.
   */
  acceptOnce(command: SendCommand, pending: Message, send: () => Promise<void>): Promise<Message>
}

/** What this process accepted lately. Repeats it does not remember are found by the persister. */
export function createRecentMessages(): RecentMessages {
  const remembered = new LRUCache<string, { commandId: string; answer: Promise<Message> }>({
    max: MAX_REMEMBERED,
    ttl: REMEMBERED_MS,
  })
  return {
    acceptOnce(command, pending, send) {
      const messageId = command.data.id
      const earlier = remembered.get(messageId)
      if (earlier && earlier.commandId !== command.id) {
        throw new ProblemError(409, 'another message has this id')
      }
      if (earlier) return earlier.answer
      const answer = send().then(() => pending)
      remembered.set(messageId, { commandId: command.id, answer })
      answer.catch(() => remembered.delete(messageId))
      return answer
    },
  }
}
