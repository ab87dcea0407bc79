import * as z from 'zod'
import { failureCode } from './commands.ts'
import { named } from './json-forms.ts'
import { conversation, message, timestamp } from './objects.ts'
import { problem } from './problems.ts'
import type { FrameData } from './wire.ts'

/** What the socket brings, by `type`. Held to `wire.ts` by the compiler. */
export const serverFrameData = {
  ack: z.union([message, z.object({ success: z.literal(true) })]),
  pong: z.object({ at: timestamp }),
  error: problem,
  newMessage: message,
  messageStatus: z.object({
    conversationId: z.uuid(),
    messageIds: z.array(z.uuid()),
    seqs: z.array(z.int()),
    status: z.enum(['delivered', 'read']),
    at: timestamp,
    by: z.int(),
    version: z.int(),
  }),
  messageFailed: z.object({ id: z.uuid(), code: failureCode, detail: z.string() }),
  messageDeleted: z.object({
    id: z.uuid(),
    conversationId: z.uuid(),
    seq: z.int(),
    version: z.int(),
  }),
  conversationUpdated: named('ConversationUpdate', conversation.extend({ deleted: z.boolean() })),
  typing: z.object({ conversationId: z.uuid(), userId: z.int(), isTyping: z.boolean() }),
} satisfies { [Type in keyof FrameData]: z.ZodType<FrameData[Type]> }
