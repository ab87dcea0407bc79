import type { ChatCommand, CommandOf } from './commands.ts'
import { conversationIdOf, deriveId, newId } from './identifiers.ts'
import { requireOwnMedia } from './media-url.ts'
import type { Message } from './objects.ts'
import { invalid } from './problems.ts'
import type { SendMessageBody } from './requests.ts'

interface AcceptOptions {
  requestId?: string | undefined
  reportOutcome?: boolean | undefined
}

/** A command about a conversation that exists; its id is new, for nothing in it repeats by itself. */
type OtherCommand = {
  [Type in ChatCommand['type']]: Pick<CommandOf<Type>, 'type' | 'data'>
}[ChatCommand['type']]

export function acceptCommand(
  userId: number,
  conversationId: string,
  { type, data }: OtherCommand,
  options: AcceptOptions = {},
): ChatCommand {
  return { ...envelope(newId(), userId, conversationId, options), type, data } as ChatCommand
}

/**
 * Turns a validated body into the command and the pending message it stands for.
 * The command's id follows from sender, message id and content: a repeat is the same command, while the same
 * message id with another content is another command, which the persister refuses.
 * Throws 422 for a message to oneself or for media that the sender did not upload under one of `mediaOrigins`.
 */
export function acceptMessage(
  senderId: number,
  body: SendMessageBody,
  options: AcceptOptions & { messageId?: string | undefined; mediaOrigins: string[] },
): { command: CommandOf<'message.send'>; pending: Message } {
  if (body.recipientId === senderId) throw invalid('recipientId', 'must be somebody else')
  const ownMedia = (path: 'mediaUrl' | 'mediaThumbnailUrl') =>
    body[path] === undefined ? null : requireOwnMedia(path, body[path], senderId, options.mediaOrigins)
  const data = {
    id: body.id ?? options.messageId ?? newId(),
    recipientId: body.recipientId,
    contentType: body.contentType,
    textContent: body.textContent ?? null,
    mediaUrl: ownMedia('mediaUrl'),
    mediaThumbnailUrl: ownMedia('mediaThumbnailUrl'),
    audioDuration: body.audioDuration ?? null,
    replyToId: body.replyToId ?? null,
  }
  const conversationId = conversationIdOf(senderId, body.recipientId)
  const commandId = deriveId('message.send', senderId, JSON.stringify(data))
  const command = {
    ...envelope(commandId, senderId, conversationId, options),
    type: 'message.send' as const,
    data,
  }
  const pending: Message = {
    ...data,
    conversationId,
    senderId,
    seq: null,
    version: null,
    status: 'pending',
    createdAt: command.acceptedAt,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
  }
  return { command, pending }
}

/** `read` or `delivered` for the messages named, or for all up to a seq. */
export function acceptReceipt(
  userId: number,
  status: 'read' | 'delivered',
  conversationId: string,
  target: { messageIds?: string[] | undefined; upToSeq?: number | undefined },
  options?: AcceptOptions,
): ChatCommand {
  const data =
    target.upToSeq !== undefined ? { upToSeq: target.upToSeq } : { messageIds: target.messageIds ?? [] }
  return acceptCommand(userId, conversationId, { type: `messages.${status}`, data }, options)
}

/** Typing in the conversation with this id, or in that with this user. */
export function acceptTyping(
  userId: number,
  typing: { conversationId?: string | undefined; recipientId?: number | undefined; isTyping: boolean },
  options?: AcceptOptions,
): ChatCommand {
  const { recipientId, isTyping } = typing
  if (recipientId === userId) throw invalid('recipientId', 'must be somebody else')
  const conversationId = typing.conversationId ?? conversationIdOf(userId, recipientId as number)
  const data = { isTyping, ...(recipientId !== undefined && { recipientId }) }
  return acceptCommand(userId, conversationId, { type: 'typing.set', data }, options)
}

function envelope(id: string, userId: number, conversationId: string, options: AcceptOptions) {
  return {
    version: 1 as const,
    id,
    userId,
    conversationId,
    acceptedAt: new Date().toISOString(),
    ...(options.requestId !== undefined && { requestId: options.requestId }),
    ...(options.reportOutcome && { reportOutcome: true }),
  }
}
