import type { ChatEvent } from '../../shared/contract/events.ts'
import type { MediaSigner } from '../../shared/media/media-signer.ts'

export function showsMedia(event: ChatEvent): boolean {
  if (event.type === 'co.growzone.chat.message.created') return event.data.message.mediaUrl !== null
  if (event.type !== 'co.growzone.chat.conversation.updated') return false
  return (event.data.conversation.lastMessage?.mediaUrl ?? null) !== null
}

/** The event with addresses that its audience can read. */
export async function withSignedMedia(event: ChatEvent, signer: MediaSigner): Promise<ChatEvent> {
  if (event.type === 'co.growzone.chat.message.created')
    return { ...event, data: { ...event.data, message: await signer.message(event.data.message) } }
  if (event.type === 'co.growzone.chat.conversation.updated') {
    const conversation = await signer.conversation(event.data.conversation)
    return { ...event, data: { ...event.data, conversation } }
  }
  return event
}
