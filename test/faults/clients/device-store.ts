import type { Conversation, DeletedMessage, Message } from '../../../shared/contract/objects.ts'

/** A message as a device shows it. */
export interface HeldMessage {
  id: string
  seq: number
  version: number
  senderId: number
  textContent: string | null
  replyToId: string | null
  deliveredAt: string | null
  readAt: string | null
}

export interface Settings {
  pinned: boolean
  muted: boolean
  archived: boolean
}

/** What a device knows of one conversation. */
export interface HeldConversation {
  id: string
  /** Everything up to it is known. */
  version: number
  lastSeq: number
  clearedSeq: number
  settings: Settings
  messages: Map<string, HeldMessage>
  /** Deleted for the user: they never come back, whatever comes late. */
  deleted: Set<string>
}

export interface StatusChange {
  conversationId: string
  messageIds: string[]
  status: 'delivered' | 'read'
  at: string
  version: number
}

/** `gap`: a version was skipped, so something may have been missed. */
export type Applied = 'applied' | 'gap'

export interface ChangesPage {
  changes: (Message | DeletedMessage)[]
  nextAfter: number
  clearedSeq: number
}

/**
 * Keeps conversations as docs/api.md says: by version, whatever comes twice, late or not at all.
 * A frame about n messages covers the n versions up to its own.
 */
export function createDeviceStore() {
  const conversations = new Map<string, HeldConversation>()

  function of(id: string): HeldConversation {
    const held = conversations.get(id) ?? emptyConversation(id)
    conversations.set(id, held)
    return held
  }

  function cover(held: HeldConversation, from: number, to: number): Applied {
    if (from > held.version + 1) return 'gap'
    held.version = Math.max(held.version, to)
    return 'applied'
  }

  function put(held: HeldConversation, message: Message): void {
    const { seq, version } = message
    if (seq === null || version === null) return
    held.lastSeq = Math.max(held.lastSeq, seq)
    if (seq <= held.clearedSeq || held.deleted.has(message.id)) return
    const before = held.messages.get(message.id)
    // At the same version the whole message says more than the frame of one change did.
    if (before === undefined || before.version <= version) held.messages.set(message.id, toHeld(message))
  }

  function remove(held: HeldConversation, { id, seq }: { id: string; seq: number }): void {
    held.lastSeq = Math.max(held.lastSeq, seq)
    held.deleted.add(id)
    held.messages.delete(id)
  }

  function clear(held: HeldConversation, clearedSeq: number): void {
    if (clearedSeq <= held.clearedSeq) return
    held.clearedSeq = clearedSeq
    for (const message of held.messages.values())
      if (message.seq <= clearedSeq) held.messages.delete(message.id)
  }

  return {
    conversations,
    of,
    applyMessage(message: Message): Applied {
      const held = of(message.conversationId)
      put(held, message)
      return cover(held, message.version as number, message.version as number)
    },
    applyStatus({ conversationId, messageIds, status, at, version }: StatusChange): Applied {
      const held = of(conversationId)
      const first = version - messageIds.length + 1
      for (const [index, id] of messageIds.entries()) {
        const message = held.messages.get(id)
        if (message) held.messages.set(id, withStatus(message, status, at, first + index))
      }
      return cover(held, first, version)
    },
    applyDeleted(deleted: { id: string; conversationId: string; seq: number; version: number }): Applied {
      const held = of(deleted.conversationId)
      remove(held, deleted)
      return cover(held, deleted.version, deleted.version)
    },
    applyChanges(conversationId: string, { changes, nextAfter, clearedSeq }: ChangesPage): void {
      const held = of(conversationId)
      clear(held, clearedSeq)
      for (const change of changes) {
        if ('deleted' in change) remove(held, change)
        else put(held, change)
      }
      held.version = Math.max(held.version, nextAfter)
    },
    /** True when there is more to learn than the object itself says. */
    applyConversation(conversation: Conversation): boolean {
      const held = of(conversation.id)
      const { pinned, muted, archived } = conversation
      held.settings = { pinned, muted, archived }
      clear(held, conversation.clearedSeq)
      return conversation.version > held.version
    },
  }
}

export type DeviceStore = ReturnType<typeof createDeviceStore>

function emptyConversation(id: string): HeldConversation {
  return {
    id,
    version: 0,
    lastSeq: 0,
    clearedSeq: 0,
    settings: { pinned: false, muted: false, archived: false },
    messages: new Map(),
    deleted: new Set(),
  }
}

function toHeld(message: Message): HeldMessage {
  const { id, senderId, textContent, replyToId, deliveredAt, readAt } = message
  const { seq, version } = message as { seq: number; version: number }
  return { id, seq, version, senderId, textContent, replyToId, deliveredAt, readAt }
}

/** A status only rises. */
function withStatus(
  message: HeldMessage,
  status: 'delivered' | 'read',
  at: string,
  version: number,
): HeldMessage {
  return {
    ...message,
    version: Math.max(message.version, version),
    deliveredAt: message.deliveredAt ?? at,
    readAt: status === 'read' ? (message.readAt ?? at) : message.readAt,
  }
}
