import type { QueueMessage } from './queue-calls.ts'

/** What became of a message. */
export type Outcome =
  | { status: 'done' }
  /** Could not be handled now: it, and its followers, come again. */
  | { status: 'retry'; error: unknown }
  /** Can never be handled. */
  | { status: 'dead'; reason: string }

/** What becomes of it is known when something else has answered. It stays in hand, and its group waits, but no other does. */
export interface Later {
  status: 'later'
  /** Does not reject. */
  outcome: Promise<Outcome>
}

export const DONE: Outcome = { status: 'done' }

/**
 * Handles one receive: several groups, each in its order. Resolves one outcome per message, in the same order.
 * After a `retry` the later messages of that group must not have been handled.
 */
export type HandleMessages = (messages: QueueMessage[]) => Promise<(Outcome | Later)[]>
