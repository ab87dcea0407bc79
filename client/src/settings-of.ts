import type { Conversation } from '../../shared/contract/wire.ts'
import type { ConversationSettings } from './types.ts'

/** What a conversation had in place of these. */
export function settingsOf(
  conversation: Conversation,
  { pinned, muted, archived }: ConversationSettings,
): ConversationSettings {
  return {
    ...(pinned !== undefined && { pinned: conversation.pinned }),
    ...(muted !== undefined && { muted: conversation.muted }),
    ...(archived !== undefined && { archived: conversation.archived }),
  }
}
