import type { ChatCommand, CommandOf, CommandType } from '../../shared/contract/commands.ts'
import type { ChatEvent } from '../../shared/contract/events.ts'
import type { LockedConversation } from '../../shared/database/queries/lock-conversations.ts'
import type { PermanentError } from '../../shared/errors.ts'
import type { TraceContext } from '../../shared/tracing.ts'

/** A command on its way into the database. */
export interface Work<Command extends ChatCommand = ChatCommand> {
  command: Command
  /** It was received before, or came back from the dead-letter queue: what it changed may not be announced yet. */
  redelivered: boolean
  trace: TraceContext | undefined
}

export type WorkOf<Type extends CommandType> = Work<CommandOf<Type>>

/** What became of it: events to announce, or the reason why it never can be stored. */
export type Result =
  | { ok: true; conversationId: string; created: boolean; events: ChatEvent[] }
  | { ok: false; error: PermanentError }

/** The locked conversation that a command is about, if there is one and its user belongs to it. */
export type ConversationOf = (work: Work) => LockedConversation | undefined

export function stored(conversationId: string, events: ChatEvent[], created = false): Result {
  return { ok: true, conversationId, created, events }
}

export function refused(error: PermanentError): Result {
  return { ok: false, error }
}
