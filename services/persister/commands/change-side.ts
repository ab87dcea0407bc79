/**
 * Takes in: what one participant does to a conversation for themselves: open, configure, delete.
 * Guarantees: the other participant notices nothing; a change that comes again after a later one is without effect.
 * Gives out: `conversation.updated`, the conversation as its owner now sees it, to the owner alone.
 */
import type { Transaction } from 'kysely'
import { buildEvent } from '../../../shared/contract/events.ts'
import { deriveId } from '../../../shared/contract/identifiers.ts'
import { findConversation } from '../../../shared/database/queries/find-conversation.ts'
import type { LockedConversation } from '../../../shared/database/queries/lock-conversations.ts'
import {
  type SideChange,
  updateConversationSide,
} from '../../../shared/database/queries/update-conversation-side.ts'
import type { Database } from '../../../shared/database/schema.ts'
import { type Result, stored, type WorkOf } from '../work.ts'

type OwnChange = WorkOf<'conversation.open' | 'conversation.configure' | 'conversation.delete'>

export async function changeSide(
  trx: Transaction<Database>,
  { command }: OwnChange,
  conversation: LockedConversation,
  created: boolean,
): Promise<Result> {
  const { userId, acceptedAt } = command
  await updateConversationSide(trx, {
    conversationId: conversation.id,
    side: conversation.participant1_id === userId ? 'participant1' : 'participant2',
    at: acceptedAt,
    change: changeOf(command),
  })
  const view = await findConversation(trx, conversation.id, userId)
  if (!view) throw new Error(`conversation ${conversation.id} is locked and yet not found`)
  const event = buildEvent({
    id: deriveId('conversation.updated', command.id),
    name: 'conversation.updated',
    conversationId: conversation.id,
    time: acceptedAt,
    data: { audience: [userId], conversation: { ...view.conversation, deleted: view.hidden } },
  })
  return stored(conversation.id, [event], created)
}

function changeOf(command: OwnChange['command']): SideChange {
  switch (command.type) {
    case 'conversation.open':
      return { kind: 'open' }
    case 'conversation.configure':
      return { kind: 'configure', ...command.data }
    case 'conversation.delete':
      return { kind: 'delete', upToSeq: command.data.upToSeq }
  }
}
