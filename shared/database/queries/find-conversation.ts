import { type Kysely, sql } from 'kysely'
import type { Conversation } from '../../contract/objects.ts'
import {
  type ConversationRow,
  conversationColumns,
  conversationJoins,
  toConversation,
} from '../conversation-row.ts'
import type { Database } from '../schema.ts'

/** A conversation from its participant's side; undefined for strangers. `hidden`: the viewer deleted it. */
export async function findConversation(
  db: Kysely<Database>,
  conversationId: string,
  viewer: number,
): Promise<{ conversation: Conversation; hidden: boolean } | undefined> {
  const { rows } = await sql<ConversationRow & { hidden: boolean }>`
    SELECT ${conversationColumns}, side.deleted_at IS NOT NULL AS hidden
    FROM conversations c ${conversationJoins(viewer)}
    WHERE c.id = ${conversationId}`.execute(db)
  const row = rows[0]
  return row && { conversation: toConversation(row, viewer), hidden: row.hidden }
}
