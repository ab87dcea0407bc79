/**
 * What a database of a given size holds. At every size there are as many conversations, a user with 5,000 of them,
 * a conversation with a tenth of all messages, and ordinary conversations with about ninety; in the smaller databases
 * fewer of these have been written in yet. So the same question has an answer of the same shape at every size.
 */
export interface ConversationShape {
  participant1: number
  participant2: number
  messages: number
  /** The last so many have not been read. */
  unread: number
  /** By the busiest user. */
  pinned: boolean
  /** The busiest user has deleted the conversation up to this seq. */
  cleared: number
}

export interface DatabaseShape {
  users: number
  /** The largest, then those of the busiest user, then the ordinary ones; of these first all that were written in. */
  conversations: ConversationShape[]
  /** Users of whom each has ten ordinary conversations, all of them written in. */
  ordinaryUsers: { first: number; last: number }
}

export const CONVERSATIONS = 100_000
export const BUSIEST_USER_CONVERSATIONS = 5_000
/** With partners of lower and of higher ids, so that both sides of a conversation are read. */
export const BUSIEST_USER = 2_501
/** 120 bytes, as in the main benchmark. */
export const TEXT =
  'Shall we meet at the garden gate around half past six? I can bring the seedlings and the two books that you had lent me.'
const LARGEST_PAIR = [5_002, 5_003] as const
const FIRST_ORDINARY_USER = 5_004
/** Each ordinary user writes with the next so many. */
const PARTNERS = 5
const ORDINARY_CONVERSATIONS = CONVERSATIONS - BUSIEST_USER_CONVERSATIONS - 1
export const ORDINARY_MESSAGES = 90

export function shapeDatabase(messages: number): DatabaseShape {
  const ofBusiest = Math.min(ORDINARY_MESSAGES, Math.max(5, Math.floor(messages / 20_000)))
  const left = messages - Math.floor(messages / 10) - ofBusiest * BUSIEST_USER_CONVERSATIONS
  const ofOrdinary = Math.max(ORDINARY_MESSAGES, Math.floor(left / ORDINARY_CONVERSATIONS))
  const writtenIn = Math.min(ORDINARY_CONVERSATIONS, Math.floor(left / ofOrdinary))
  const ofLargest = messages - ofBusiest * BUSIEST_USER_CONVERSATIONS - ofOrdinary * writtenIn
  const [participant1, participant2] = LARGEST_PAIR
  const largest = { participant1, participant2, messages: ofLargest, unread: 3, pinned: false, cleared: 0 }
  const conversations = [largest, ...conversationsOfBusiest(ofBusiest)]
  for (let n = 0; n < ORDINARY_CONVERSATIONS; n++)
    conversations.push(ordinaryConversation(n, n < writtenIn ? ofOrdinary : 0))
  return {
    users: FIRST_ORDINARY_USER + Math.ceil(ORDINARY_CONVERSATIONS / PARTNERS) + PARTNERS,
    conversations,
    ordinaryUsers: {
      first: FIRST_ORDINARY_USER + PARTNERS,
      last: FIRST_ORDINARY_USER + Math.floor(writtenIn / PARTNERS) - 1,
    },
  }
}

function conversationsOfBusiest(messages: number): ConversationShape[] {
  return Array.from({ length: BUSIEST_USER_CONVERSATIONS }, (_, n) => {
    const partner = n + 1 < BUSIEST_USER ? n + 1 : n + 2
    return {
      participant1: Math.min(partner, BUSIEST_USER),
      participant2: Math.max(partner, BUSIEST_USER),
      messages,
      unread: unreadOf(n, messages),
      pinned: n % 1_000 === 0,
      // Of what is unread there, the last message alone counts.
      cleared: n % 8 === 0 ? messages - 1 : 0,
    }
  })
}

function ordinaryConversation(n: number, messages: number): ConversationShape {
  const participant1 = FIRST_ORDINARY_USER + Math.floor(n / PARTNERS)
  const participant2 = participant1 + 1 + (n % PARTNERS)
  return { participant1, participant2, messages, unread: unreadOf(n, messages), pinned: false, cleared: 0 }
}

/** Every fourth conversation has three. */
function unreadOf(n: number, messages: number): number {
  return n % 4 === 0 ? Math.min(3, messages) : 0
}
