import type pg from 'pg'
import type { ConversationCursor } from '../../../../shared/database/queries/list-conversations.ts'
import { BUSIEST_USER, type DatabaseShape, ORDINARY_MESSAGES } from '../database-shape.ts'

export interface KnownConversation {
  id: string
  participant1: number
  participant2: number
  lastSeq: number
  version: number
}

/** Whom and what the reads ask for. */
export interface Population {
  largest: KnownConversation
  /** Ordinary ones that were written in. */
  ordinary: KnownConversation[]
  /** Those of them in which all is read: then their versions are every second up to the last. */
  read: KnownConversation[]
  /** Of all conversations. */
  pairs: Pick<KnownConversation, 'id' | 'participant1' | 'participant2'>[]
  ordinaryUsers: DatabaseShape['ordinaryUsers']
  /** Places in the busiest user's list behind which there is a whole page. */
  cursors: ConversationCursor[]
}

/** The longest page that is asked for, and one more, by which the query sees that there is more. */
const PAGE = 21

export async function readPopulation(pool: pg.Pool, shape: DatabaseShape): Promise<Population> {
  const { rows: conversations } = await pool.query<KnownConversation>(`
    SELECT id, participant1_id AS participant1, participant2_id AS participant2, last_seq AS "lastSeq", version
    FROM conversations ORDER BY last_seq DESC, id`)
  const { rows: places } = await pool.query<ConversationCursor>(
    `SELECT participant1_pinned AS pinned, coalesce(last_message_at, created_at)::text AS activity, id
     FROM conversations WHERE $1 IN (participant1_id, participant2_id) ORDER BY 1 DESC, 2 DESC, 3 DESC`,
    [BUSIEST_USER],
  )
  const isOfBusiest = (pair: { participant1: number; participant2: number }) =>
    pair.participant1 === BUSIEST_USER || pair.participant2 === BUSIEST_USER
  const [largest, ...others] = conversations
  const ordinary = others.filter(
    conversation => conversation.lastSeq >= ORDINARY_MESSAGES && !isOfBusiest(conversation),
  )
  return {
    largest: largest as KnownConversation,
    ordinary,
    read: ordinary.filter(({ version, lastSeq }) => version === 2 * lastSeq),
    pairs: conversations,
    ordinaryUsers: shape.ordinaryUsers,
    cursors: places.slice(0, -PAGE),
  }
}
