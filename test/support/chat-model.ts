import type { ChatCommand, CommandOf, FailureCode } from '../../shared/contract/commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'

/** What the chat tables should hold, told as plainly as possible: one command after the other, in memory. */
export interface ModelMessage {
  id: string
  conversationId: string
  senderId: number
  recipientId: number
  textContent: string | null
  replyToId: string | null
  seq: number
  version: number
  createdAt: string
  deliveredAt: string | null
  readAt: string | null
  deletedFor: Set<number>
}

interface Side {
  pinned: boolean
  muted: boolean
  archived: boolean
  clearedSeq: number
  hidden: boolean
  changedAt: string
}

export interface ModelConversation {
  id: string
  version: number
  messages: ModelMessage[]
  sides: Map<number, Side>
}

export class ChatModel {
  readonly conversations = new Map<string, ModelConversation>()

  clone(): ChatModel {
    const copy = new ChatModel()
    for (const [id, conversation] of this.conversations)
      copy.conversations.set(id, structuredClone(conversation))
    return copy
  }

  /** Why each command is refused; undefined where it is not. Conversations that any of them needs are made first. */
  apply(commands: ChatCommand[]): (FailureCode | undefined)[] {
    for (const { data, userId } of commands)
      if ('recipientId' in data && data.recipientId !== undefined) this.#open(userId, data.recipientId)
    return commands.map(command => this.#applyOne(command))
  }

  #applyOne(command: ChatCommand): FailureCode | undefined {
    const { userId } = command
    const conversation = this.conversations.get(command.conversationId)
    if (!conversation?.sides.has(userId)) return 'conversation_not_found'
    switch (command.type) {
      case 'message.send':
        return this.#send(command, conversation)
      case 'message.delete':
        return deleteMessage(command, conversation)
      case 'messages.read':
      case 'messages.delivered':
        return mark(command, conversation)
      case 'typing.set':
        return undefined
      default:
        return changeSide(command, conversation)
    }
  }

  find(messageId: string): ModelMessage | undefined {
    return [...this.conversations.values()]
      .flatMap(({ messages }) => messages)
      .find(({ id }) => id === messageId)
  }

  #open(oneUserId: number, otherUserId: number): void {
    const id = conversationIdOf(oneUserId, otherUserId)
    if (this.conversations.has(id)) return
    const sides = new Map([oneUserId, otherUserId].map(userId => [userId, newSide()]))
    this.conversations.set(id, { id, version: 0, messages: [], sides })
  }

  #send(
    { data, userId, acceptedAt }: CommandOf<'message.send'>,
    conversation: ModelConversation,
  ): FailureCode | undefined {
    const { id, recipientId, textContent, replyToId } = data
    const earlier = this.find(id)
    if (earlier) {
      const isSame =
        earlier.conversationId === conversation.id &&
        earlier.senderId === userId &&
        earlier.textContent === textContent &&
        (earlier.replyToId === null || earlier.replyToId === replyToId)
      return isSame ? undefined : 'id_conflict'
    }
    if (replyToId !== null && this.find(replyToId)?.conversationId !== conversation.id)
      return 'reply_not_found'
    conversation.messages.push({
      ...{ id, conversationId: conversation.id, senderId: userId, recipientId, textContent, replyToId },
      seq: conversation.messages.length + 1,
      version: ++conversation.version,
      ...{ createdAt: acceptedAt, deliveredAt: null, readAt: null, deletedFor: new Set() },
    })
    for (const side of conversation.sides.values()) side.hidden = false
    return undefined
  }
}

function newSide(): Side {
  return { pinned: false, muted: false, archived: false, clearedSeq: 0, hidden: false, changedAt: '' }
}

function deleteMessage(
  { data, userId }: CommandOf<'message.delete'>,
  conversation: ModelConversation,
): FailureCode | undefined {
  const message = conversation.messages.find(({ id }) => id === data.messageId)
  if (!message) return 'message_not_found'
  if (message.deletedFor.has(userId)) return undefined
  message.deletedFor.add(userId)
  message.version = ++conversation.version
  return undefined
}

function mark(
  { type, data, userId, acceptedAt }: CommandOf<'messages.read' | 'messages.delivered'>,
  conversation: ModelConversation,
): undefined {
  const isNamed = ({ id, seq, deletedFor }: ModelMessage) =>
    'upToSeq' in data ? seq <= data.upToSeq && !deletedFor.has(userId) : data.messageIds.includes(id)
  for (const message of conversation.messages) {
    if (message.recipientId !== userId || message.readAt !== null || !isNamed(message)) continue
    if (type === 'messages.delivered' && message.deliveredAt !== null) continue
    message.deliveredAt ??= acceptedAt
    if (type === 'messages.read') message.readAt = acceptedAt
    message.version = ++conversation.version
  }
}

function changeSide(
  command: CommandOf<'conversation.open' | 'conversation.configure' | 'conversation.delete'>,
  conversation: ModelConversation,
): undefined {
  const side = conversation.sides.get(command.userId) as Side
  if (side.changedAt > command.acceptedAt) return
  side.changedAt = command.acceptedAt
  if (command.type === 'conversation.open') side.hidden = false
  else if (command.type === 'conversation.configure') Object.assign(side, command.data)
  else {
    side.clearedSeq = Math.max(side.clearedSeq, command.data.upToSeq)
    side.hidden = conversation.messages.length <= command.data.upToSeq
  }
}

/** What the reads should give to one of its users. */
export function viewOf(conversation: ModelConversation, viewer: number) {
  const { pinned, muted, archived, clearedSeq, hidden } = conversation.sides.get(viewer) as Side
  const isVisible = ({ seq, deletedFor }: ModelMessage) => seq > clearedSeq && !deletedFor.has(viewer)
  const visible = conversation.messages.filter(isVisible)
  return {
    messages: hidden ? undefined : visible.map(shown),
    changes: conversation.messages
      .toSorted((a, b) => a.version - b.version)
      .map(message => (isVisible(message) ? shown(message) : gone(message))),
    conversation: {
      ...{ pinned, muted, archived, clearedSeq, hidden },
      version: conversation.version,
      lastSeq: conversation.messages.length,
      lastMessageId: visible.at(-1)?.id,
      unreadCount: visible.filter(({ recipientId, readAt }) => recipientId === viewer && readAt === null)
        .length,
    },
  }
}

function shown({ deletedFor: _, ...message }: ModelMessage) {
  const status = message.readAt ? 'read' : message.deliveredAt ? 'delivered' : 'sent'
  return { ...message, status }
}

function gone({ id, seq, version }: ModelMessage) {
  return { id, seq, version, deleted: true }
}
