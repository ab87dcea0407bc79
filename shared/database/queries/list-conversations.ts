import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Conversation } from '../../contract/objects.ts'
import {
  type ConversationRow,
  conversationColumns,
  conversationJoins,
  toConversation,
} from '../conversation-row.ts'
import type { Database } from '../schema.ts'

/** Where a page ended: pinned first, then newest activity, then id, each descending. */
export interface ConversationCursor {
  pinned: boolean
  /** As PostgreSQL prints it, for it is finer than a Date. */
  activity: string
  id: string
}

/** One page of the conversations that a user has not deleted. Both sides are read from their own index. */
export async function listConversations(
  db: Kysely<Database>,
  input: { viewer: number; archived: boolean; limit: number; cursor?: ConversationCursor | undefined },
): Promise<{ conversations: Conversation[]; nextCursor?: ConversationCursor }> {
  const { viewer, limit } = input
  const { rows } = await sql<ConversationRow & { activity: string }>`
    WITH page AS (
      (${pageOfSide('participant1', input)}) UNION ALL (${pageOfSide('participant2', input)})
      ORDER BY pinned DESC, activity DESC, id DESC LIMIT ${limit + 1}
    )
    SELECT ${conversationColumns}, page.activity::text AS activity
    FROM page JOIN conversations c ON c.id = page.id ${conversationJoins(viewer)}
    ORDER BY page.pinned DESC, page.activity DESC, page.id DESC`.execute(db)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    conversations: page.map(row => toConversation(row, viewer)),
    ...(rows.length > limit &&
      last && { nextCursor: { pinned: last.pinned, activity: last.activity, id: last.id } }),
  }
}

function pageOfSide(
  side: 'participant1' | 'participant2',
  input: { viewer: number; archived: boolean; limit: number; cursor?: ConversationCursor | undefined },
): RawBuilder<unknown> {
  const pinned = sql.ref(`${side}_pinned`)
  const activity = sql`coalesce(last_message_at, created_at)`
  const { cursor } = input
  const after = cursor
    ? sql`AND (${pinned}, ${activity}, id) < (${cursor.pinned}, ${cursor.activity}::timestamptz, ${cursor.id}::uuid)`
    : sql``
  return sql`
    SELECT id, ${pinned} AS pinned, ${activity} AS activity FROM conversations
    WHERE ${sql.ref(`${side}_id`)} = ${input.viewer} AND ${sql.ref(`${side}_archived`)} = ${input.archived}
      AND ${sql.ref(`${side}_deleted_at`)} IS NULL ${after}
    ORDER BY ${pinned} DESC, ${activity} DESC, id DESC LIMIT ${input.limit + 1}`
}
