/** Messages in the shape of react-native-gifted-chat, without depending on it. */
import type { ChatMessage, ChatUser } from './types.ts'

export interface GiftedChatMessage {
  _id: string
  text: string
  createdAt: Date
  user: { _id: number; name?: string; avatar?: string }
  image?: string
  video?: string
  audio?: string
  sent?: boolean
  received?: boolean
  pending?: boolean
  /** Why it failed; not gifted-chat's own, for a custom ticks or bubble renderer. */
  failure?: string
}

/** Newest first, as GiftedChat wants them; it draws one tick for `sent` and a second for `received`. */
export function toGiftedChat(
  messages: readonly ChatMessage[],
  users: readonly ChatUser[],
): GiftedChatMessage[] {
  const byId = new Map(users.map(user => [user.id, user]))
  return messages.map(message => toGiftedMessage(message, byId.get(message.senderId))).reverse()
}

function toGiftedMessage(message: ChatMessage, sender: ChatUser | undefined): GiftedChatMessage {
  const { id, textContent, createdAt, senderId, contentType, mediaUrl, status, failure } = message
  const name = sender?.name ?? sender?.username
  return {
    _id: id,
    text: textContent ?? '',
    createdAt: new Date(createdAt),
    user: { _id: senderId, ...(name && { name }), ...(sender?.avatarUrl && { avatar: sender.avatarUrl }) },
    ...(mediaUrl && contentType !== 'text' && { [contentType]: mediaUrl }),
    sent: status === 'sent' || status === 'delivered' || status === 'read',
    received: status === 'delivered' || status === 'read',
    pending: status === 'pending',
    ...(failure && { failure: failure.detail }),
  }
}
