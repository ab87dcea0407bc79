import type { Kysely } from 'kysely'
import { countUnread } from '../../../../shared/database/queries/count-unread.ts'
import { findConversation } from '../../../../shared/database/queries/find-conversation.ts'
import { listChanges } from '../../../../shared/database/queries/list-changes.ts'
import {
  type ConversationCursor,
  listConversations,
} from '../../../../shared/database/queries/list-conversations.ts'
import { listMessages, type MessageRange } from '../../../../shared/database/queries/list-messages.ts'
import type { Database } from '../../../../shared/database/schema.ts'
import type { Random } from '../../../faults/random.ts'
import { BUSIEST_USER } from '../database-shape.ts'
import type { KnownConversation, Population } from './population.ts'

/** One call of a query; gives how many things it answered. */
export type Call = (db: Kysely<Database>) => Promise<number>

/** A read of the ingress, by the query that the ingress uses. */
export interface ReadCase {
  name: string
  /** Every answer has so many things; another number is wrong. */
  answers: number
  boundMs: number
  choose(population: Population, random: Random): Call
}

const BOUND_MS = 5
const LONG_LIST_BOUND_MS = 10

export const READ_CASES: ReadCase[] = [
  {
    name: 'conversations: newest 20 of 10',
    ...{ answers: 10, boundMs: BOUND_MS },
    choose: (population, random) => list(ordinaryUser(population, random)),
  },
  {
    name: 'conversations: newest 20 of 5,000',
    ...{ answers: 20, boundMs: LONG_LIST_BOUND_MS },
    choose: () => list(BUSIEST_USER),
  },
  {
    name: 'conversations: 20 of 5,000 at a cursor',
    ...{ answers: 20, boundMs: LONG_LIST_BOUND_MS },
    choose: ({ cursors }, random) => list(BUSIEST_USER, random.pick(cursors)),
  },
  {
    name: 'conversation by id',
    ...{ answers: 1, boundMs: BOUND_MS },
    choose: ({ ordinary }, random) => find(random.pick(ordinary)),
  },
  {
    name: 'conversation by id: the largest',
    ...{ answers: 1, boundMs: BOUND_MS },
    choose: ({ largest }) => find(largest),
  },
  {
    name: 'messages: newest 50 of 90',
    ...{ answers: 50, boundMs: BOUND_MS },
    choose: ({ ordinary }, random) => page(random.pick(ordinary), { offset: 0 }),
  },
  {
    name: 'messages: newest 50 of the largest',
    ...{ answers: 50, boundMs: BOUND_MS },
    choose: ({ largest }) => page(largest, { offset: 0 }),
  },
  {
    name: 'messages: 50 before a seq of the largest',
    ...{ answers: 50, boundMs: BOUND_MS },
    choose: ({ largest }, random) => page(largest, { before: random.int(51, largest.lastSeq) }),
  },
  {
    name: 'messages: 50 after a seq of the largest',
    ...{ answers: 50, boundMs: BOUND_MS },
    choose: ({ largest }, random) => page(largest, { after: random.int(0, largest.lastSeq - 50) }),
  },
  {
    name: 'changes: the last 5 of 90',
    ...{ answers: 5, boundMs: BOUND_MS },
    choose: ({ read }, random) => changes(random.pick(read), 10),
  },
  {
    name: 'changes: 50 since a version of the largest',
    ...{ answers: 50, boundMs: BOUND_MS },
    choose: ({ largest }, random) => changes(largest, random.int(110, largest.version)),
  },
  {
    name: 'unread count: of 10 conversations',
    ...{ answers: 1, boundMs: BOUND_MS },
    choose: (population, random) => count(ordinaryUser(population, random)),
  },
  {
    name: 'unread count: of 5,000 conversations',
    ...{ answers: 1, boundMs: BOUND_MS },
    choose: () => count(BUSIEST_USER),
  },
]

function list(viewer: number, cursor?: ConversationCursor): Call {
  return async db =>
    (await listConversations(db, { viewer, archived: false, limit: 20, cursor })).conversations.length
}

function find({ id, participant1 }: KnownConversation): Call {
  return async db => Number((await findConversation(db, id, participant1)) !== undefined)
}

function page({ id, participant1 }: KnownConversation, range: MessageRange): Call {
  const input = { conversationId: id, viewer: participant1, limit: 50, range }
  return async db => (await listMessages(db, input))?.messages.length ?? 0
}

function changes({ id, participant2, version }: KnownConversation, behind: number): Call {
  const input = { conversationId: id, viewer: participant2, after: Math.max(0, version - behind), limit: 50 }
  return async db => (await listChanges(db, input))?.changes.length ?? 0
}

function count(viewer: number): Call {
  return async db => Number((await countUnread(db, viewer)).total >= 0)
}

function ordinaryUser({ ordinaryUsers }: Population, random: Random): number {
  return random.int(ordinaryUsers.first, ordinaryUsers.last)
}
