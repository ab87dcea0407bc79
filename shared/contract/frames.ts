import * as z from 'zod'
import type { ChatEvent } from './events.ts'
import type { FrameData, Problem } from './wire.ts'

/** API Gateway's own limits: one frame, and one message pushed or received. */
export const MAX_FRAME_BYTES = 32 * 1024
export const MAX_PAYLOAD_BYTES = 128 * 1024

/** Client → server. `action` selects the route (`$request.body.action`). */
export const clientFrame = z.object({
  action: z.string(),
  data: z.unknown().optional(),
  requestId: z.string().max(128).optional(),
})

/** Server → client. */
export type ServerFrameType = keyof FrameData

export interface ServerFrame {
  type: ServerFrameType
  data: unknown
  requestId?: string
}

export function errorFrame(problem: Problem, requestId?: string): ServerFrame {
  return { type: 'error', data: problem, ...(requestId !== undefined && { requestId }) }
}

/** What an event looks like on the socket. */
export function frameOf(event: ChatEvent): ServerFrame {
  switch (event.type) {
    case 'co.growzone.chat.message.created':
      return { type: 'newMessage', data: event.data.message }
    case 'co.growzone.chat.messages.delivered':
      return { type: 'messageStatus', data: statusData('delivered', event.data) }
    case 'co.growzone.chat.messages.read':
      return { type: 'messageStatus', data: statusData('read', event.data) }
    case 'co.growzone.chat.message.deleted':
      return { type: 'messageDeleted', data: withoutAudience(event.data) }
    case 'co.growzone.chat.conversation.updated':
      return { type: 'conversationUpdated', data: event.data.conversation }
    case 'co.growzone.chat.typing.changed':
      return { type: 'typing', data: withoutAudience(event.data) }
    case 'co.growzone.chat.command.failed': {
      const { requestId, id, code, detail } = event.data
      return {
        type: 'messageFailed',
        data: { id, code, detail },
        ...(requestId !== undefined && { requestId }),
      }
    }
  }
}

function statusData(status: 'delivered' | 'read', data: { audience: number[] }): object {
  return { ...withoutAudience(data), status }
}

function withoutAudience<Data extends { audience: number[] }>({
  audience: _,
  ...rest
}: Data): Omit<Data, 'audience'> {
  return rest
}
