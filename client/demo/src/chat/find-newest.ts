import type { ChatMessage } from '../../../src/types.ts'

/** The newest message that is stored, of anybody or of all but one user. */
export function findNewest(messages: readonly ChatMessage[], notOf?: number): ChatMessage | undefined {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]
    if (message && message.seq !== null && message.senderId !== notOf) return message
  }
  return undefined
}
