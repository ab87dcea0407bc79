/**
 * Looking at a queue means hiding what one looks at. A hold on a dead-letter queue keeps what it has received hidden
 * for as long as it is open, and makes what is left of it visible again when it is disposed. After a kill, SQS does
 * that when the visibility timeout ends.
 */
import type { SQSClient } from '@aws-sdk/client-sqs'
import {
  countDeadLetters,
  type DeadLetterQueue,
  discardDeadLetter,
  hideDeadLetters,
  receiveDeadLetters,
  redriveDeadLetter,
} from './dead-letters.ts'
import type { DeadLetter } from './read-dead-letter.ts'

export interface DeadLetterHold extends AsyncDisposable {
  /** Receives until nothing more is visible, or `signal` says stop. Gives all that match and are in hand. */
  receiveAll(): Promise<DeadLetter[]>
  redrive(letter: DeadLetter): Promise<void>
  discard(letter: DeadLetter): Promise<void>
  /** About how many the queue held that were not received: behind others, or in other hands. */
  countUnseen(): number
}

export interface HoldOptions {
  matches: (letter: DeadLetter) => boolean
  signal: AbortSignal
  /** Told how many were looked at so far. */
  onReceive?: (count: number) => void
  visibilityTimeoutSeconds?: number
}

const PARALLEL_RECEIVES = 4

export function holdDeadLetters(
  sqs: SQSClient,
  queue: DeadLetterQueue,
  options: HoldOptions,
): DeadLetterHold {
  const { matches, signal, onReceive, visibilityTimeoutSeconds = 60 } = options
  /** By the id of the dead letter itself, in the order of receipt. */
  const held = new Map<string, DeadLetter>()
  const matching = new Set<string>()
  const seen = new Set<string>()
  /** Counted while nothing is deleted yet: SQS takes a minute to count what is gone as gone. */
  let total: number | undefined

  let extending: Promise<unknown> = Promise.resolve()
  const heartbeat = setInterval(
    () => {
      extending = extending.then(() =>
        hideDeadLetters(sqs, queue, [...held.values()], visibilityTimeoutSeconds),
      )
    },
    (visibilityTimeoutSeconds * 1000) / 3,
  )

  async function receiveAll(): Promise<DeadLetter[]> {
    const receives = Array.from({ length: PARALLEL_RECEIVES }, receiveUntilEmpty)
    // A receive still under way would hide what it brings after the hold is disposed.
    const failed = (await Promise.allSettled(receives)).find(({ status }) => status === 'rejected')
    if (failed) throw (failed as PromiseRejectedResult).reason
    total ??= await countDeadLetters(sqs, queue)
    return [...held.values()].filter(({ messageId }) => matching.has(messageId))
  }

  async function receiveUntilEmpty(): Promise<void> {
    while (!signal.aborted) {
      const letters = await receiveDeadLetters(sqs, queue, visibilityTimeoutSeconds)
      if (letters.length === 0) return
      for (const letter of letters) take(letter)
      onReceive?.(held.size)
    }
  }

  function take(letter: DeadLetter): void {
    seen.add(letter.messageId)
    const isMatch = matches(letter)
    if (isMatch) matching.add(letter.messageId)
    // The others are held only so that they do not come again; their bodies may be large.
    held.set(letter.messageId, isMatch ? letter : { ...letter, body: '', attributes: {} })
  }

  async function remove(letter: DeadLetter, how: typeof redriveDeadLetter): Promise<void> {
    await how(sqs, queue, held.get(letter.messageId) ?? letter)
    held.delete(letter.messageId)
  }

  return {
    receiveAll,
    redrive: letter => remove(letter, redriveDeadLetter),
    discard: letter => remove(letter, discardDeadLetter),
    countUnseen: () => Math.max(0, (total ?? 0) - seen.size),
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      await extending
      const left = await hideDeadLetters(sqs, queue, [...held.values()], 0)
      if (left > 0)
        throw new Error(`${left} dead letters stay hidden for up to ${visibilityTimeoutSeconds} s`)
    },
  }
}
