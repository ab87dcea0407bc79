import { type RawBuilder, sql } from 'kysely'
import type { Conversation } from '../contract/objects.ts'
import { type MessageRow, toMessage, toTimestamp } from './message-row.ts'

export interface ConversationRow {
  id: string
  participant1_id: number
  participant2_id: number
  created_at: Date
  updated_at: Date
  last_message_at: Date | null
  last_seq: number
  version: number
  pinned: boolean
  muted: boolean
  archived: boolean
  cleared_seq: number
  other_user: { username: string | null; name: string | null; avatar_url: string | null } | null
  last_message: MessageRow | null
  unread_count: number
}

/**
 * Columns and joins that show conversations `c` from one participant's side: with the other user, the last message
 * that the viewer has not deleted, and the count of what is unread. For every row an index look-up each.
 */
export const conversationColumns = sql`
    c.id, c.participant1_id, c.participant2_id, c.created_at, c.updated_at, c.last_message_at, c.last_seq, c.version,
    side.pinned, side.muted, side.archived, side.cleared_seq,
    to_jsonb(other_user) AS other_user, last_message.row AS last_message, unread.count AS unread_count`

export function conversationJoins(viewer: number): RawBuilder<unknown> {
  return sql`
    CROSS JOIN LATERAL (
      SELECT c.participant1_pinned AS pinned, c.participant1_muted AS muted, c.participant1_archived AS archived,
        c.participant1_cleared_seq AS cleared_seq, c.participant1_deleted_at AS deleted_at, c.participant2_id AS other_id
      WHERE c.participant1_id = ${viewer}
      UNION ALL
      SELECT c.participant2_pinned, c.participant2_muted, c.participant2_archived,
        c.participant2_cleared_seq, c.participant2_deleted_at, c.participant1_id
      WHERE c.participant2_id = ${viewer}
    ) AS side
    LEFT JOIN chat_users AS other_user ON other_user.id = side.other_id
    LEFT JOIN LATERAL (
      SELECT to_jsonb(m) AS row FROM messages m
      WHERE m.conversation_id = c.id AND m.seq > side.cleared_seq AND ${isNotDeletedFor(viewer)}
      ORDER BY m.seq DESC LIMIT 1
    ) AS last_message ON TRUE
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS count FROM messages m
      WHERE m.recipient_id = ${viewer} AND m.conversation_id = c.id AND m.seq > side.cleared_seq
        AND m.read_at IS NULL AND m.recipient_deleted_at IS NULL
    ) AS unread`
}

/** Of message `m`, whose sender or recipient the viewer is: they have not deleted it for themselves. */
export function isNotDeletedFor(viewer: number): RawBuilder<boolean> {
  // Two plain conditions, of which the planner knows that nearly all messages meet them.
  return sql`(m.sender_id <> ${viewer} OR m.sender_deleted_at IS NULL)
    AND (m.recipient_id <> ${viewer} OR m.recipient_deleted_at IS NULL)`
}

export function toConversation(row: ConversationRow, viewer: number): Conversation {
  const otherId = row.participant1_id === viewer ? row.participant2_id : row.participant1_id
  return {
    id: row.id,
    participant1Id: row.participant1_id,
    participant2Id: row.participant2_id,
    otherUser: {
      id: otherId,
      username: row.other_user?.username ?? null,
      name: row.other_user?.name ?? null,
      avatarUrl: row.other_user?.avatar_url ?? null,
    },
    lastMessage: row.last_message && toMessage(row.last_message),
    lastMessageAt: row.last_message_at && toTimestamp(row.last_message_at),
    unreadCount: row.unread_count,
    pinned: row.pinned,
    muted: row.muted,
    archived: row.archived,
    lastSeq: row.last_seq,
    version: row.version,
    clearedSeq: row.cleared_seq,
    createdAt: toTimestamp(row.created_at),
    updatedAt: toTimestamp(row.updated_at),
  }
}
