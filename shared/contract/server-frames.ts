import * as z from 'zod'
import { conversationUpdate, deletionData, failureData, receiptData, typingData } from './events.ts'
import { message, timestamp } from './objects.ts'
import { problem } from './problems.ts'
import type { FrameData } from './wire.ts'

/** What the socket brings, by `type`. Held to `wire.ts` by the compiler. */
export const serverFrameData = {
  ack: z.union([message, z.object({ success: z.literal(true) })]),
  pong: z.object({ at: timestamp }),
  error: problem,
  newMessage: message,
  messageStatus: z.object({ ...receiptData, status: z.enum(['delivered', 'read']) }),
  messageFailed: z.object(failureData),
  messageDeleted: z.object(deletionData),
  conversationUpdated: conversationUpdate,
  typing: z.object(typingData),
} satisfies { [Type in keyof FrameData]: z.ZodType<FrameData[Type]> }
