import type { ConnectionsTable } from '../../../shared/connections/connections-table.ts'
import type { ServerFrame } from '../../../shared/contract/frames.ts'
import type { SendLimits } from '../../../shared/limits/take-send.ts'
import type { Logger } from '../../../shared/logger.ts'
import type { CommandSender } from '../../../shared/messaging/command-sender.ts'
import type { TraceContext } from '../../../shared/tracing.ts'
import type { Caller } from '../socket-event.ts'

export interface ActionDeps extends SendLimits {
  sender: CommandSender
  connections: ConnectionsTable
  mediaOrigins: string[]
  /** Resolves when a refusal for too many may be told. */
  holdBack?(): Promise<void>
  logger: Logger
}

export interface ActionInput {
  caller: Caller
  data: unknown
  requestId: string | undefined
  trace: TraceContext
}

/**
 * Handles one frame and gives its reply. Commands are handed to the sender before the first `await`: that keeps
 * the order of a socket's frames, which are handled side by side.
 */
export type Action = (input: ActionInput, deps: ActionDeps) => Promise<ServerFrame>

export const ACCEPTED: ServerFrame = { type: 'ack', data: { success: true } }
