import type { Kysely } from 'kysely'
import { createIndexConcurrently, dropIndexConcurrently } from './concurrent-index.ts'

/**
 * Every message that is stored, and every receipt, writes to each index of its table, and with many conversations each
 * time to another block. The plan's own indexes go where a better one is beside them since 002, or no query reads them;
 * what is added holds a few rows only.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { name } of SUPERSEDED) await dropIndexConcurrently(db, name)
  for (const { name, on } of ADDED) await createIndexConcurrently(db, name, on)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const { name } of ADDED) await dropIndexConcurrently(db, name)
  for (const { name, on } of SUPERSEDED) await createIndexConcurrently(db, name, on)
}

export const transactional = false

const ADDED = ['participant1', 'participant2'].map(side => ({
  name: `conversations_${side}_cleared`,
  on: `conversations (${side}_id) WHERE ${side}_cleared_seq > 0`,
}))

const SUPERSEDED = [
  // By conversations_participant1_activity and conversations_participant2_activity, which the lists are read from.
  {
    name: 'idx_conversation_p1_updated',
    on: 'conversations (participant1_id, updated_at DESC) WHERE participant1_deleted_at IS NULL',
  },
  {
    name: 'idx_conversation_p2_updated',
    on: 'conversations (participant2_id, updated_at DESC) WHERE participant2_deleted_at IS NULL',
  },
  // By messages_conversation_seq: the order of a conversation is seq.
  { name: 'idx_messages_conversation_created', on: 'messages (conversation_id, created_at DESC)' },
  // By messages_unread: who asks for unread messages is their recipient.
  {
    name: 'idx_messages_recipient_unread',
    on: 'messages (recipient_id, read_at) WHERE read_at IS NULL AND recipient_deleted_at IS NULL',
  },
  {
    name: 'idx_messages_conversation_unread',
    on: 'messages (conversation_id, read_at) WHERE read_at IS NULL',
  },
  // By none: messages are asked for by conversation, recipient or id, never by their sender.
  { name: 'idx_messages_sender', on: 'messages (sender_id, created_at DESC)' },
]
