import { LRUCache } from 'lru-cache'

/** By `maxSize`, for `max` would take the room for all of them at the start. */
const MAX_REMEMBERED = 50_000

/** Conversations that have been, as far as this process knows. */
export interface KnownPairs {
  has(conversationId: string): boolean
  add(conversationId: string): void
}

export function createKnownPairs(): KnownPairs {
  const known = new LRUCache<string, true>({ maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 })
  return {
    has: conversationId => known.has(conversationId),
    add: conversationId => void known.set(conversationId, true),
  }
}
