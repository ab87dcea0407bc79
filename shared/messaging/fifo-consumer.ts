/**
 * A consumer of one SQS FIFO queue. What it promises:
 *
 * - Order: the messages of a group reach the handler in the queue's order, and no group is handled twice at once.
 *   Different groups are handled side by side.
 * - Nothing is deleted before the handler has said `done` for it. A message that is neither done nor dead is
 *   released, followers of its group with it, last one first, so that the group comes again in its order.
 * - `dead` messages go to the dead-letter queue with reason, time and origin, and only then are deleted;
 *   they do not hold up their group.
 * - Visibility of everything in hand is extended until it is settled, however long that takes.
 * - Deletes that fail in part are tried again; one that never succeeds means a redelivery, so handlers are idempotent.
 * - What is done leaves in full deletes while there is much of it, at once when quiet; see `gather-deletes.ts`.
 * - Polls are long and adaptive: one when quiet, another after each three full receives, back to one after a partial one.
 * - At most `maxReceives` receives are in hand at once; SQS keeps the rest, so memory stays bounded. What waits for
 *   something else (`later`) holds up its group and no other.
 * - Failing calls are met with capped, jittered backoff. No error ends the loop.
 * - Disposing drains: polls under way are awaited (an abandoned one would hide what it received until its
 *   visibility ends), what they bring is handled and deleted.
 */
import type { SQSClient } from '@aws-sdk/client-sqs'
import { VISIBILITY_TIMEOUT_SECONDS } from '../aws/topology.ts'
import { describeError } from '../errors.ts'
import { backoffMs, sleep } from '../lifecycle.ts'
import type { Logger } from '../logger.ts'
import { describeMessage } from './describe-message.ts'
import { gatherDeletes } from './gather-deletes.ts'
import { giveBack } from './give-back.ts'
import { observeConsumer } from './observe-consumer.ts'
import type { HandleMessages, Later, Outcome } from './outcome.ts'
import { createQueueCalls, MAX_RECEIVED, type QueueCalls, type QueueMessage } from './queue-calls.ts'

export { DONE, type HandleMessages, type Outcome } from './outcome.ts'
export type { QueueMessage } from './queue-calls.ts'

export interface FifoConsumerOptions {
  sqs: SQSClient
  queueUrl: string
  deadLetterQueueUrl: string
  handle: HandleMessages
  logger: Logger
  /** Long polls open at once when there is much to receive. */
  maxPolls?: number
  /** Receives handled at once, of up to 10 messages each. */
  maxReceives?: number
  waitTimeSeconds?: number
  visibilityTimeoutSeconds?: number
}

/** One full receive may be luck; polls that find nothing cost as much as those that do. */
const FULL_BEFORE_ANOTHER = 3
const BACKOFF_BASE_MS = 200
const BACKOFF_CAP_MS = 10_000
/** Groups that wait for something else and hold no place among the receives in hand. */
const MAX_PARKED_GROUPS = 1_000

export function startFifoConsumer(options: FifoConsumerOptions): AsyncDisposable {
  const {
    handle,
    logger,
    maxPolls = 4,
    maxReceives = 16,
    visibilityTimeoutSeconds = VISIBILITY_TIMEOUT_SECONDS,
  } = options
  const calls: QueueCalls = createQueueCalls(options.sqs, {
    queueUrl: options.queueUrl,
    deadLetterQueueUrl: options.deadLetterQueueUrl,
    waitTimeSeconds: options.waitTimeSeconds ?? 5,
    visibilityTimeoutSeconds,
  })
  const observer = observeConsumer(options.queueUrl)
  const stopping = new AbortController()
  const polls = new Set<Promise<void>>()
  /** Receives and deletes under way. */
  const receives = new Set<Promise<void>>()
  const parked = new Set<Promise<void>>()
  const inHandSince = new Map<QueueMessage, number>()
  const busyGroups = new Set<string>()

  const deletes = gatherDeletes<QueueMessage>(messages => track(receives, messages, deleteAll(messages)))

  const beatMs = (visibilityTimeoutSeconds * 1000) / 3
  const heartbeat = setInterval(extendHeld, beatMs)

  /** What has just come is settled long before its visibility ends, or there at the next beat. */
  async function extendHeld(): Promise<void> {
    const justNow = performance.now() - beatMs / 10
    const held = [...inHandSince].filter(([, since]) => since <= justNow).map(([message]) => message)
    await calls
      .extendVisibility(held)
      .catch(error =>
        logger.warn({ messages: held.length, error: describeError(error) }, 'could not extend visibility'),
      )
  }

  function startPoll(): void {
    const poll = pollUntilQuiet().finally(() => {
      polls.delete(poll)
      if (polls.size === 0 && !stopping.signal.aborted) startPoll()
    })
    polls.add(poll)
  }

  /** Receives until stopped, or until a partial receive shows that fewer polls would do. */
  async function pollUntilQuiet(): Promise<void> {
    let failures = 0
    let fullInARow = 0
    while (!stopping.signal.aborted) {
      try {
        const startedAt = Date.now()
        const messages = await calls.receive()
        failures = 0
        if (messages.length > 0) {
          observer.received(messages, startedAt)
          take(messages)
        }
        const isFull = messages.length === MAX_RECEIVED
        fullInARow = isFull ? fullInARow + 1 : 0
        if (fullInARow >= FULL_BEFORE_ANOTHER && polls.size < maxPolls && receives.size < maxReceives)
          startPoll()
        if (!isFull && polls.size > 1) return
      } catch (error) {
        logger.warn({ error: describeError(error), failures }, 'could not receive')
        await sleep(backoffMs(failures++, BACKOFF_BASE_MS, BACKOFF_CAP_MS), stopping.signal)
      }
      while (receives.size >= maxReceives) await Promise.race(receives)
    }
  }

  const take = (messages: QueueMessage[]) => track(receives, messages, work(messages))

  function track(underWay: Set<Promise<void>>, messages: QueueMessage[], task: Promise<void>): void {
    const tracked = task
      .catch(error =>
        logger.error({ messageIds: messages.map(idOf), error: describeError(error) }, 'could not settle'),
      )
      .finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }

  async function work(received: QueueMessage[]): Promise<void> {
    // A group in hand can only come again when its visibility has run out: keep what is in hand, hand back the rest.
    const again = received.filter(message => busyGroups.has(message.groupId) && !isHeldAgain(message))
    const messages = received.filter(message => !busyGroups.has(message.groupId))
    const groups = new Set(messages.map(message => message.groupId))
    const now = performance.now()
    for (const message of messages) inHandSince.set(message, now)
    for (const group of groups) busyGroups.add(group)
    observer.taken(messages)
    const settled = outcomesOf(messages).then(outcomes => settleOrPark(messages, outcomes))
    await Promise.all([settled, release(again, 1)])
  }

  async function settleOrPark(messages: QueueMessage[], outcomes: (Outcome | Later)[]): Promise<void> {
    const waiting = new Set(messages.filter((_, n) => outcomes[n]?.status === 'later').map(groupOf))
    for (const group of waiting) {
      const known = Promise.all(
        outcomes
          .filter((_, n) => messages[n]?.groupId === group)
          .map(outcome => (outcome.status === 'later' ? outcome.outcome : outcome)),
      )
      const members = messages.filter(({ groupId }) => groupId === group)
      track(
        parked,
        members,
        known.then(settled => settle(members, settled)),
      )
    }
    const isSettled = (_: unknown, n: number) => !waiting.has(messages[n]?.groupId ?? '')
    await settle(messages.filter(isSettled), outcomes.filter(isSettled) as Outcome[])
    while (parked.size >= MAX_PARKED_GROUPS) await Promise.race(parked)
  }

  /** By its new handle, the only one that SQS takes from now on; given back, it would use up receives until it is done. */
  function isHeldAgain({ id, receiptHandle }: QueueMessage): boolean {
    const held = [...inHandSince.keys()].find(message => message.id === id)
    if (held) held.receiptHandle = receiptHandle
    return held !== undefined
  }

  async function outcomesOf(messages: QueueMessage[]): Promise<(Outcome | Later)[]> {
    if (messages.length === 0) return []
    try {
      return await handle(messages)
    } catch (error) {
      return messages.map(() => ({ status: 'retry', error }))
    }
  }

  async function settle(messages: QueueMessage[], outcomes: Outcome[]): Promise<void> {
    const finished: QueueMessage[] = []
    const unfinished: QueueMessage[] = []
    for (const [index, message] of messages.entries()) {
      const outcome = outcomes[index] ?? { status: 'retry', error: new Error('the handler gave no outcome') }
      const isSettled =
        outcome.status === 'done' || (outcome.status === 'dead' && (await bury(message, outcome.reason)))
      if (isSettled) finished.push(message)
      else unfinished.push(message)
      observer.settled(message, outcome)
      if (outcome.status === 'retry')
        logger.warn({ ...describeMessage(message), error: describeError(outcome.error) }, 'will be retried')
    }
    deletes.add(finished)
    for (const message of unfinished) {
      busyGroups.delete(message.groupId)
      inHandSince.delete(message)
    }
    await giveBack(unfinished, release)
  }

  async function deleteAll(messages: QueueMessage[]): Promise<void> {
    // A group may be received again with the very call that frees it, before that is answered.
    for (const message of messages) busyGroups.delete(message.groupId)
    await calls.delete(messages, logger)
    for (const message of messages) inHandSince.delete(message)
  }

  async function bury(message: QueueMessage, reason: string): Promise<boolean> {
    try {
      await calls.sendToDeadLetterQueue(message, reason)
      observer.buried()
      logger.error({ ...describeMessage(message), reason }, 'moved to the dead-letter queue')
      return true
    } catch (error) {
      logger.error(
        { ...describeMessage(message), error: describeError(error) },
        'could not reach the dead-letter queue',
      )
      return false
    }
  }

  /** What cannot be released comes again when its visibility ends, and its group waits for it. */
  async function release(messages: QueueMessage[], delaySeconds: number): Promise<void> {
    await calls
      .release(messages, delaySeconds)
      .catch(error =>
        logger.warn({ messageIds: messages.map(idOf), error: describeError(error) }, 'could not release'),
      )
  }

  startPoll()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      while (polls.size > 0) await Promise.all(polls)
      deletes.close()
      while (receives.size + parked.size > 0) await Promise.all([...receives, ...parked])
      clearInterval(heartbeat)
    },
  }
}

function idOf({ id }: QueueMessage): string {
  return id
}

function groupOf({ groupId }: QueueMessage): string {
  return groupId
}
