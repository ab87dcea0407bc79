import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** What one participant does to a conversation for themselves alone. */
export type SideChange =
  | {
      kind: 'configure'
      pinned?: boolean | undefined
      muted?: boolean | undefined
      archived?: boolean | undefined
    }
  /** Clears all messages up to a seq; the conversation is hidden unless it holds later ones. */
  | { kind: 'delete'; upToSeq: number }
  /** Shows a conversation again that was deleted. */
  | { kind: 'open' }

/**
 * Changes one side of a locked conversation; nothing the other participant can see. `at` orders the changes of a
 * side: one that comes again after a later one changes nothing.
 */
export async function updateConversationSide(
  trx: Transaction<Database>,
  input: { conversationId: string; side: 'participant1' | 'participant2'; at: string; change: SideChange },
): Promise<void> {
  const { conversationId, side, at, change } = input
  const settingsAt = sql.ref(`${side}_settings_at`)
  await sql`
    UPDATE conversations SET ${sql.join([...assignmentsOf(side, at, change), sql`${settingsAt} = ${at}`])}
    WHERE id = ${conversationId} AND (${settingsAt} IS NULL OR ${settingsAt} <= ${at})`.execute(trx)
}

function assignmentsOf(side: string, at: string, change: SideChange): RawBuilder<unknown>[] {
  const column = (name: string) => sql.ref(`${side}_${name}`)
  switch (change.kind) {
    case 'configure':
      return (['pinned', 'muted', 'archived'] as const)
        .filter(name => change[name] !== undefined)
        .map(name => sql`${column(name)} = ${change[name]}`)
    case 'delete':
      return [
        sql`${column('cleared_seq')} = greatest(${column('cleared_seq')}, ${change.upToSeq})`,
        sql`${column('deleted_at')} = CASE WHEN last_seq <= ${change.upToSeq} THEN ${at}::timestamptz END`,
      ]
    case 'open':
      return [sql`${column('deleted_at')} = NULL`]
  }
}
