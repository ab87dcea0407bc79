/** Finds the conversations that commands are about: by their two users where the command names both, else by id. */
import type { Kysely, Transaction } from 'kysely'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { insertConversations } from '../../shared/database/queries/insert-conversations.ts'
import {
  type ConversationNames,
  findConversations,
  type LockedConversation,
  lockConversations,
  type Pair,
} from '../../shared/database/queries/lock-conversations.ts'
import type { Database } from '../../shared/database/schema.ts'
import type { ConversationOf, Work } from './work.ts'

export interface Conversations {
  of: ConversationOf
  /** The first command that needed the conversation, which did not exist before this transaction. */
  isMadeFor(work: Work): boolean
}

/** Locks what the commands write to, and makes conversations that a message or an opening needs. */
export async function lockConversationsOf(trx: Transaction<Database>, works: Work[]): Promise<Conversations> {
  const names = namesOf(works)
  const locked = await lockConversations(trx, names)
  const missing = missingPairs(works, locked)
  if (missing.size === 0) return indexOf(locked)
  const made = await insertConversations(trx, [...missing.values()])
  const isMade = new Set(made.map(conversation => conversation.id))
  const makers = new Set([...missing].filter(([, { id }]) => isMade.has(id)).map(([work]) => work))
  if (made.length === missing.size) return indexOf([...locked, ...made], makers)
  // Another writer may have made some just now, and would hold their lock; or a user does not exist.
  return indexOf([...(await lockConversations(trx, names)), ...made], makers)
}

export async function findConversationsOf(db: Kysely<Database>, works: Work[]): Promise<Conversations> {
  return indexOf(await findConversations(db, namesOf(works)))
}

function namesOf(works: Work[]): ConversationNames {
  const pairs = works.map(pairOf).filter(pair => pair !== undefined)
  const ids = works.filter(work => !pairOf(work)).map(work => work.command.conversationId)
  return {
    ids: [...new Set(ids)],
    pairs: [...new Map(pairs.map(pair => [keyOf(pair), pair])).values()],
  }
}

function pairOf({ command }: Work): Pair | undefined {
  const recipientId = 'recipientId' in command.data ? command.data.recipientId : undefined
  if (recipientId === undefined) return undefined
  return {
    participant1_id: Math.min(command.userId, recipientId),
    participant2_id: Math.max(command.userId, recipientId),
  }
}

/** The conversations that do not exist, by the first command that needs each. */
function missingPairs(works: Work[], locked: LockedConversation[]): Map<Work, LockedConversation> {
  const known = new Set(locked.map(keyOf))
  const missing = new Map<Work, LockedConversation>()
  for (const work of works) {
    const pair = pairOf(work)
    if (!pair || known.has(keyOf(pair)) || pair.participant1_id === pair.participant2_id) continue
    known.add(keyOf(pair))
    missing.set(work, { ...pair, id: conversationIdOf(pair.participant1_id, pair.participant2_id) })
  }
  return missing
}

function indexOf(conversations: LockedConversation[], makers = new Set<Work>()): Conversations {
  const byId = new Map(conversations.map(conversation => [conversation.id, conversation]))
  const byPair = new Map(conversations.map(conversation => [keyOf(conversation), conversation]))
  return {
    of(work) {
      const pair = pairOf(work)
      if (pair) return byPair.get(keyOf(pair))
      const conversation = byId.get(work.command.conversationId)
      return conversation && isParticipant(conversation, work.command.userId) ? conversation : undefined
    },
    isMadeFor: work => makers.has(work),
  }
}

function isParticipant(conversation: LockedConversation, userId: number): boolean {
  return conversation.participant1_id === userId || conversation.participant2_id === userId
}

function keyOf(pair: Pair): string {
  return `${pair.participant1_id}:${pair.participant2_id}`
}
