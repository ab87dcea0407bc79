/** A message as a client sends it, checked as far as the plain design would check it. */
export interface MessageBody {
  id: string | undefined
  recipientId: number
  contentType: 'text' | 'image' | 'video' | 'audio'
  textContent: string | null
  mediaUrl: string | null
  mediaThumbnailUrl: string | null
  audioDuration: number | null
  replyToId: string | null
}

const CONTENT_TYPES = ['text', 'image', 'video', 'audio']
const MAX_TEXT_LENGTH = 10_000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Undefined for what is no message. */
export function readMessageBody(body: unknown): MessageBody | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const given = body as Partial<MessageBody>
  const { id, recipientId, contentType, textContent = null, mediaUrl = null, replyToId = null } = given
  const isComplete = contentType === 'text' ? textContent : mediaUrl
  if (!Number.isInteger(recipientId) || !CONTENT_TYPES.includes(contentType as string)) return undefined
  if (typeof isComplete !== 'string' || (textContent?.length ?? 0) > MAX_TEXT_LENGTH) return undefined
  if ([id, replyToId ?? undefined].some(uuid => uuid !== undefined && !UUID.test(uuid))) return undefined
  return {
    ...{ id, textContent, mediaUrl, replyToId },
    recipientId: recipientId as number,
    contentType: contentType as MessageBody['contentType'],
    mediaThumbnailUrl: given.mediaThumbnailUrl ?? null,
    audioDuration: given.audioDuration ?? null,
  }
}
