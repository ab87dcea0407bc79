import type { CommandOutcome } from '../../shared/contract/commands.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { findCommandOutcomes } from '../../shared/database/queries/command-outcomes.ts'
import { findMessages } from '../../shared/database/queries/find-messages.ts'
import { describeError } from '../../shared/errors.ts'
import { sleep } from '../../shared/lifecycle.ts'
import type { Logger } from '../../shared/logger.ts'
import { ifReachable } from './if-reachable.ts'

const LOOK_INTERVAL_MS = 15
/** Named in one line of the log. */
const MAX_IDS = 10

export interface OutcomeWaiter {
  /**
   * What became of a command sent with `reportOutcome`, or undefined when the time is up. `messageId` names the
   * message that the command repeats, maybe: a repeat that the queue drops has no outcome, so the message counts too.
   */
  wait(commandId: string, milliseconds: number, messageId?: string): Promise<CommandOutcome | undefined>
}

interface Waiter {
  commandId: string
  messageId: string | undefined
  settle(outcome: CommandOutcome | undefined): void
}

/** One look at a time for everybody who waits in this process; none when nobody does. */
export function createOutcomeWaiter(db: DatabaseHandle['db'], logger: Logger): OutcomeWaiter {
  const waiters = new Set<Waiter>()
  let looking = false

  function wait(
    commandId: string,
    milliseconds: number,
    messageId?: string,
  ): Promise<CommandOutcome | undefined> {
    return new Promise(resolve => {
      const waiter: Waiter = {
        commandId,
        messageId,
        settle(outcome) {
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve(outcome)
        },
      }
      const timer = setTimeout(waiter.settle, milliseconds, undefined)
      waiters.add(waiter)
      if (!looking) void lookUntilSettled()
    })
  }

  async function lookUntilSettled(): Promise<void> {
    looking = true
    while (waiters.size > 0) {
      await sleep(LOOK_INTERVAL_MS)
      try {
        await look([...waiters])
      } catch (error) {
        const commandIds = [...waiters].slice(0, MAX_IDS).map(({ commandId }) => commandId)
        logger.error({ commandIds, error: describeError(error) }, 'could not look for outcomes')
        for (const waiter of waiters) waiter.settle(undefined)
      }
    }
    looking = false
  }

  async function look(now: Waiter[]): Promise<void> {
    const messageIds = now.flatMap(({ messageId }) => messageId ?? [])
    const outcomes = await ifReachable(
      findCommandOutcomes(db, [...new Set(now.map(waiter => waiter.commandId))]),
    )
    const messages = messageIds.length > 0 ? await ifReachable(findMessages(db, messageIds)) : undefined
    for (const { commandId, messageId, settle } of now) {
      const outcome = outcomes?.get(commandId)
      const message = messageId === undefined ? undefined : messages?.get(messageId)
      if (outcome) settle(outcome)
      else if (message) settle({ ok: true, conversationId: message.conversation_id, created: false })
    }
  }

  return { wait }
}
