/**
 * What a consumer is done with, gathered into full deletes: one costs as much for one message as for ten.
 *
 * - After a quiet time messages leave at once, for the next of their groups come no sooner than that.
 * - While messages finish shortly after each other they wait for more of them, never longer than `waitMs`.
 */
import { MAX_RECEIVED } from './queue-calls.ts'

/** Less than anybody notices between two messages of one conversation, and time for two others at 100 a second. */
const DELETE_WAIT_MS = 20

export interface DeleteGatherer<Message> {
  add(finished: Message[]): void
  /** What is gathered leaves now, and from now on everything at once. */
  close(): void
}

/** `deleteMessages` is given at most what one call takes. */
export function gatherDeletes<Message>(
  deleteMessages: (messages: Message[]) => void,
  waitMs = DELETE_WAIT_MS,
): DeleteGatherer<Message> {
  const gathered: Message[] = []
  let lastAddedAt = Number.NEGATIVE_INFINITY
  let waiting: NodeJS.Timeout | undefined
  let isClosed = false

  function add(finished: Message[]): void {
    const now = performance.now()
    const isAlone = now - lastAddedAt > waitMs
    lastAddedAt = now
    gathered.push(...finished)
    while (gathered.length >= MAX_RECEIVED) leave()
    if (gathered.length === 0) return
    if (isAlone || isClosed) leave()
    else waiting ??= setTimeout(leave, waitMs)
  }

  function leave(): void {
    clearTimeout(waiting)
    waiting = undefined
    deleteMessages(gathered.splice(0, MAX_RECEIVED))
  }

  function close(): void {
    isClosed = true
    if (gathered.length > 0) leave()
  }

  return { add, close }
}
