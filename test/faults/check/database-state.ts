import pg from 'pg'

export interface StoredMessage {
  id: string
  conversationId: string
  senderId: number
  recipientId: number
  textContent: string | null
  replyToId: string | null
  seq: number
  version: number
  deliveredAt: string | null
  readAt: string | null
  deletedBySender: boolean
  deletedByRecipient: boolean
}

export interface StoredSide {
  userId: number
  pinned: boolean
  muted: boolean
  archived: boolean
  hidden: boolean
  clearedSeq: number
}

export interface StoredConversation {
  id: string
  lastSeq: number
  version: number
  sides: [StoredSide, StoredSide]
  /** In seq order. */
  messages: StoredMessage[]
}

export type DatabaseState = Map<string, StoredConversation>

/** Reads everything, past the proxies and the services, as one snapshot. */
export async function readDatabase(url: string): Promise<DatabaseState> {
  const client = new pg.Client({ connectionString: url })
  // A server that goes away while it is asked is told by the query.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const conversations = await client.query('SELECT * FROM conversations')
    const messages = await client.query('SELECT * FROM messages ORDER BY conversation_id, seq')
    const byConversation = Map.groupBy(messages.rows.map(toStoredMessage), message => message.conversationId)
    return new Map(
      conversations.rows.map(row => [
        row.id,
        {
          id: row.id,
          lastSeq: Number(row.last_seq),
          version: Number(row.version),
          sides: [toSide(row, 'participant1'), toSide(row, 'participant2')],
          messages: byConversation.get(row.id) ?? [],
        },
      ]),
    )
  } finally {
    await client.end()
  }
}

// biome-ignore lint/suspicious/noExplicitAny: rows as PostgreSQL gives them
function toStoredMessage(row: any): StoredMessage {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    senderId: row.sender_id,
    recipientId: row.recipient_id,
    textContent: row.text_content,
    replyToId: row.reply_to_id,
    seq: Number(row.seq),
    version: Number(row.version),
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    readAt: row.read_at?.toISOString() ?? null,
    deletedBySender: row.sender_deleted_at !== null,
    deletedByRecipient: row.recipient_deleted_at !== null,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function toSide(row: any, side: 'participant1' | 'participant2'): StoredSide {
  return {
    userId: row[`${side}_id`],
    pinned: row[`${side}_pinned`],
    muted: row[`${side}_muted`],
    archived: row[`${side}_archived`],
    hidden: row[`${side}_deleted_at`] !== null,
    clearedSeq: Number(row[`${side}_cleared_seq`]),
  }
}

/** What a user may still see of a conversation, in seq order. */
export function visibleTo(userId: number, conversation: StoredConversation): StoredMessage[] {
  const side = sideOf(userId, conversation)
  return conversation.messages.filter(
    message =>
      message.seq > (side?.clearedSeq ?? 0) &&
      !(message.senderId === userId ? message.deletedBySender : message.deletedByRecipient),
  )
}

export function sideOf(userId: number, { sides }: StoredConversation): StoredSide | undefined {
  return sides.find(side => side.userId === userId)
}
