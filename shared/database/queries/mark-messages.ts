import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'
import { unnestRows } from '../unnest-rows.ts'

/** One thing marked by one receipt: a message, or all up to a seq. */
export interface ReceiptRow {
  /** Which of the receipts given this belongs to. */
  receipt: number
  conversation_id: string
  user_id: number
  at: string
  message_id: string | null
  up_to_seq: number | null
}

export interface MarkedMessage {
  receipt: number
  id: string
  seq: number
  version: number
}

const COLUMN_TYPES = {
  receipt: 'int',
  conversation_id: 'uuid',
  user_id: 'int',
  at: 'timestamptz',
  message_id: 'uuid',
  up_to_seq: 'bigint',
}

/**
 * Marks messages of locked conversations as read or delivered to their recipient; each takes a version of its own.
 * Reading implies delivery. What is marked already stays as it is. Gives what changed, in version order: the
 * messages of one receipt take versions that follow each other.
 */
export async function markMessages(
  trx: Transaction<Database>,
  status: 'read' | 'delivered',
  receipts: ReceiptRow[],
): Promise<MarkedMessage[]> {
  const assignment =
    status === 'read'
      ? sql`read_at = numbered.at, delivered_at = coalesce(m.delivered_at, numbered.at)`
      : sql`delivered_at = numbered.at`
  const { rows } = await sql<MarkedMessage>`
    WITH target AS (${targetsOf(receipts, status === 'read' ? sql`TRUE` : sql`m.delivered_at IS NULL`)}),
    numbered AS (
      SELECT target.*, row_number() OVER (PARTITION BY conversation_id ORDER BY receipt, seq) AS nth FROM target
    ),
    grown AS (
      UPDATE conversations c SET version = c.version + growth.marked
      FROM (SELECT conversation_id, count(*) AS marked FROM target GROUP BY conversation_id) AS growth
      WHERE c.id = growth.conversation_id
      RETURNING c.id, c.version - growth.marked AS version_before
    )
    UPDATE messages m SET ${assignment}, version = grown.version_before + numbered.nth
    FROM numbered JOIN grown ON grown.id = numbered.conversation_id
    WHERE m.id = numbered.id
    RETURNING numbered.receipt, m.id, m.seq, m.version`.execute(trx)
  return rows.sort((a, b) => a.version - b.version)
}

/** What receipts marked when they were first handled: each leaves its own time. For redeliveries only. */
export async function findMarkedMessages(
  trx: Transaction<Database>,
  status: 'read' | 'delivered',
  receipts: ReceiptRow[],
): Promise<MarkedMessage[]> {
  const column = sql.ref(`m.${status}_at`)
  const { rows } = await sql<MarkedMessage>`
    SELECT DISTINCT ON (m.id) input.receipt, m.id, m.seq, m.version
    FROM ${unnestRows(receipts, COLUMN_TYPES)}
    JOIN messages m ON m.conversation_id = input.conversation_id AND m.recipient_id = input.user_id
      AND (m.id = input.message_id OR m.seq <= input.up_to_seq) AND ${column} = input.at
    ORDER BY m.id, input.ordinal`.execute(trx)
  return rows.sort((a, b) => a.version - b.version)
}

/** Unread messages that receipts name; the first receipt to name one has it. */
function targetsOf(receipts: ReceiptRow[], condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const isUnreadOfUser = sql`m.conversation_id = input.conversation_id AND m.recipient_id = input.user_id
    AND m.read_at IS NULL AND ${condition}`
  return sql`
    SELECT DISTINCT ON (id) id, conversation_id, seq, receipt, at FROM (
      SELECT m.id, m.conversation_id, m.seq, input.receipt, input.at, input.ordinal
      FROM ${unnestRows(receipts, COLUMN_TYPES)} JOIN messages m ON m.id = input.message_id AND ${isUnreadOfUser}
      UNION ALL
      SELECT m.id, m.conversation_id, m.seq, input.receipt, input.at, input.ordinal
      FROM ${unnestRows(receipts, COLUMN_TYPES)}
      JOIN messages m ON m.seq <= input.up_to_seq AND ${isUnreadOfUser} AND m.recipient_deleted_at IS NULL
    ) AS named
    ORDER BY id, ordinal`
}
