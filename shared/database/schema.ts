import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { CommandOutcome } from '../contract/commands.ts'

type Timestamp = ColumnType<Date, Date | string, Date | string>
type DefaultTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

export interface ConversationTable {
  id: Generated<string>
  participant1_id: number
  participant2_id: number
  created_at: DefaultTimestamp
  updated_at: DefaultTimestamp
  last_message_at: Timestamp | null
  participant1_pinned: Generated<boolean>
  participant1_muted: Generated<boolean>
  participant1_archived: Generated<boolean>
  participant1_deleted_at: Timestamp | null
  participant2_pinned: Generated<boolean>
  participant2_muted: Generated<boolean>
  participant2_archived: Generated<boolean>
  participant2_deleted_at: Timestamp | null
  last_seq: Generated<number>
  version: Generated<number>
  participant1_cleared_seq: Generated<number>
  participant2_cleared_seq: Generated<number>
  participant1_settings_at: Timestamp | null
  participant2_settings_at: Timestamp | null
}

export interface MessageTable {
  id: Generated<string>
  conversation_id: string
  sender_id: number
  recipient_id: number
  content_type: string
  text_content: string | null
  media_url: string | null
  media_thumbnail_url: string | null
  audio_duration: number | null
  reply_to_id: string | null
  created_at: DefaultTimestamp
  sent_at: DefaultTimestamp
  delivered_at: Timestamp | null
  read_at: Timestamp | null
  sender_deleted_at: Timestamp | null
  recipient_deleted_at: Timestamp | null
  seq: number
  version: number
}

/** The social database's users, as the deployer shows them. */
export interface ChatUserView {
  id: number
  username: string | null
  name: string | null
  avatar_url: string | null
}

/** What became of commands that somebody waits for; short-lived. */
export interface CommandOutcomeTable {
  command_id: string
  outcome: JSONColumnType<CommandOutcome>
  created_at: DefaultTimestamp
}

export interface Database {
  conversations: ConversationTable
  messages: MessageTable
  chat_users: ChatUserView
  chat_command_outcomes: CommandOutcomeTable
}
