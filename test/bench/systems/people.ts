import pg from 'pg'
import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import type { Pair, PairTotal } from '../load/load-protocol.ts'

/** Leaves the ids below to the demo users. */
const FIRST_ID = 1_001

export function choosePairs(count: number): Pair[] {
  return Array.from({ length: count }, (_, index) => ({
    senderId: FIRST_ID + 2 * index,
    recipientId: FIRST_ID + 2 * index + 1,
  }))
}

export function addUsers(databaseUrl: string, pairs: Pair[]): Promise<unknown> {
  const ids = pairs.flatMap(({ senderId, recipientId }) => [senderId, recipientId])
  return query(
    databaseUrl,
    `INSERT INTO users (id, username, name) SELECT id, 'user' || id, 'User ' || id FROM unnest($1::int[]) AS id`,
    [ids],
  )
}

export interface StoredFaults {
  stored: number
  /** Accepted and not in the database. */
  lost: number
  /** In the database though nobody sent so many. */
  doubled: number
  /** Conversations whose seqs or versions are not 1, 2, 3 … */
  gaps: number
}

/** Holds what was sent against what the database has. */
export async function checkStored(databaseUrl: string, totals: PairTotal[]): Promise<StoredFaults> {
  const rows = await query<StoredConversation>(
    databaseUrl,
    `SELECT c.participant1_id, c.participant2_id, count(m.id)::int AS count,
       c.last_seq = count(m.id) AND c.version = count(m.id)
         AND max(m.seq) = count(m.id) AND max(m.version) = count(m.id) AND min(m.seq) = 1 AS gapless
     FROM conversations c JOIN messages m ON m.conversation_id = c.id GROUP BY c.id`,
  )
  return compare(rows, totals)
}

export interface StoredConversation {
  participant1_id: number
  participant2_id: number
  count: number
  gapless: boolean
}

export function compare(rows: StoredConversation[], totals: PairTotal[]): StoredFaults {
  const byPair = new Map(rows.map(row => [conversationIdOf(row.participant1_id, row.participant2_id), row]))
  const faults = { stored: 0, lost: 0, doubled: 0, gaps: 0 }
  for (const { senderId, recipientId, attempted, accepted } of totals) {
    const row = byPair.get(conversationIdOf(senderId, recipientId))
    const count = row?.count ?? 0
    faults.stored += count
    faults.lost += Math.max(0, accepted - count)
    faults.doubled += Math.max(0, count - attempted)
    faults.gaps += Number(row !== undefined && !row.gapless)
  }
  return faults
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}
