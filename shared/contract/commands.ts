import * as z from 'zod'
import { contentType, timestamp } from './objects.ts'

/** What every command says: who asks for what, in which conversation, and since when. */
const envelope = z.object({
  version: z.literal(1),
  /** Follows from what is asked: a repeat has the same id. Also the SQS deduplication id. */
  id: z.uuid(),
  userId: z.int().positive(),
  /** Also the SQS message group: commands of one conversation are stored in the order of their acceptance. */
  conversationId: z.uuid(),
  acceptedAt: timestamp,
  /** The socket frame's requestId, given back in `messageFailed`. */
  requestId: z.string().optional(),
  /** Somebody waits (`Prefer: wait`): store the outcome where the ingress can read it. */
  reportOutcome: z.boolean().optional(),
})

const messageContent = z.object({
  id: z.uuid(),
  recipientId: z.int().positive(),
  contentType,
  textContent: z.string().nullable(),
  mediaUrl: z.string().nullable(),
  mediaThumbnailUrl: z.string().nullable(),
  audioDuration: z.int().nullable(),
  replyToId: z.uuid().nullable(),
})

const receiptTarget = z.union([
  z.object({ messageIds: z.array(z.uuid()).min(1) }),
  z.object({ upToSeq: z.int().positive() }),
])

function command<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return envelope.extend({ type: z.literal(type), data })
}

/** Everything that may stand in `chat-commands.fifo`. */
export const chatCommand = z.discriminatedUnion('type', [
  command('message.send', messageContent),
  command('message.delete', z.object({ messageId: z.uuid() })),
  command('messages.read', receiptTarget),
  command('messages.delivered', receiptTarget),
  command('conversation.open', z.object({ recipientId: z.int().positive() })),
  command(
    'conversation.configure',
    z.object({
      pinned: z.boolean().optional(),
      muted: z.boolean().optional(),
      archived: z.boolean().optional(),
    }),
  ),
  /** `upToSeq`: the newest message when it was asked; what comes later stays. */
  command('conversation.delete', z.object({ upToSeq: z.int().min(0) })),
  command('typing.set', z.object({ isTyping: z.boolean(), recipientId: z.int().positive().optional() })),
])
export type ChatCommand = z.infer<typeof chatCommand>
export type CommandType = ChatCommand['type']
export type CommandOf<Type extends CommandType> = Extract<ChatCommand, { type: Type }>

/** Why a command can never succeed; the sender is told by `messageFailed`. */
export const failureCode = z.enum([
  'recipient_not_found',
  'conversation_not_found',
  'message_not_found',
  'reply_not_found',
  'id_conflict',
  'rejected',
])
export type { FailureCode } from './wire.ts'

/** What became of a command that somebody waits for. */
export const commandOutcome = z.union([
  z.object({ ok: z.literal(true), conversationId: z.uuid(), created: z.boolean() }),
  z.object({ ok: z.literal(false), code: failureCode, detail: z.string() }),
])
export type CommandOutcome = z.infer<typeof commandOutcome>
