import { LRUCache } from 'lru-cache'
import { notFound } from '../../shared/contract/problems.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { findParticipants } from '../../shared/database/queries/find-participants.ts'

const MAX_REMEMBERED = 50_000

export interface ConversationDirectory {
  /** Undefined for a stranger just as for a conversation that does not exist. */
  otherParticipant(conversationId: string, userId: number): Promise<number | undefined>
  /** 404 for both of these. */
  requireParticipant(conversationId: string, userId: number): Promise<void>
}

/** Who belongs to a conversation never changes, so what was found once is remembered. */
export function createConversationDirectory(db: DatabaseHandle['db']): ConversationDirectory {
  const remembered = new LRUCache<string, [number, number]>({ max: MAX_REMEMBERED })

  async function otherParticipant(conversationId: string, userId: number): Promise<number | undefined> {
    const participants = remembered.get(conversationId) ?? (await findParticipants(db, conversationId))
    if (!participants) return undefined
    remembered.set(conversationId, participants)
    if (!participants.includes(userId)) return undefined
    return participants[0] === userId ? participants[1] : participants[0]
  }

  return {
    otherParticipant,
    async requireParticipant(conversationId, userId) {
      if ((await otherParticipant(conversationId, userId)) === undefined) throw notFound('conversation')
    },
  }
}
