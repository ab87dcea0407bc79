import { RecentMap } from '../recent-map.ts'

const MAX_REMEMBERED = 25_000

/** Conversations that have been, as far as this process knows. */
export interface KnownPairs {
  has(conversationId: string): boolean
  add(conversationId: string): void
}

export function createKnownPairs(): KnownPairs {
  const known = new RecentMap<string, true>(MAX_REMEMBERED)
  return {
    has: conversationId => known.get(conversationId) === true,
    add: conversationId => known.set(conversationId, true),
  }
}
