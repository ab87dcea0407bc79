import type { CommandOutcome } from '../../shared/contract/commands.ts'
import type { DatabaseHandle } from '../../shared/database/connect.ts'
import { isTransientDatabaseError } from '../../shared/database/database-errors.ts'
import { findCommandOutcomes } from '../../shared/database/queries/command-outcomes.ts'
import { sleep } from '../../shared/lifecycle.ts'

const LOOK_INTERVAL_MS = 15

export interface OutcomeWaiter {
  /** What became of a command sent with `reportOutcome`, or undefined when the time is up. */
  wait(commandId: string, milliseconds: number): Promise<CommandOutcome | undefined>
}

/** One look-up at a time for everybody who waits in this process; none when nobody does. */
export function createOutcomeWaiter(db: DatabaseHandle['db']): OutcomeWaiter {
  const waiting = new Map<string, Set<(outcome: CommandOutcome | undefined) => void>>()
  let looking = false

  function wait(commandId: string, milliseconds: number): Promise<CommandOutcome | undefined> {
    return new Promise(resolve => {
      const waiters = waiting.get(commandId) ?? new Set()
      waiting.set(commandId, waiters)
      const settle = (outcome: CommandOutcome | undefined) => {
        clearTimeout(timer)
        waiters.delete(settle)
        if (waiters.size === 0) waiting.delete(commandId)
        resolve(outcome)
      }
      const timer = setTimeout(settle, milliseconds, undefined)
      waiters.add(settle)
      if (!looking) void look()
    })
  }

  async function look(): Promise<void> {
    looking = true
    while (waiting.size > 0) {
      await sleep(LOOK_INTERVAL_MS)
      try {
        const outcomes = await findCommandOutcomes(db, [...waiting.keys()])
        for (const [commandId, outcome] of outcomes)
          for (const settle of waiting.get(commandId) ?? []) settle(outcome)
      } catch (error) {
        if (!isTransientDatabaseError(error)) break
      }
    }
    looking = false
  }

  return { wait }
}
