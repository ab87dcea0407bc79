import { print, UsageError } from '../command.ts'
import { watchInterruption } from '../interruption.ts'
import { createProgress } from '../progress.ts'
import type { Action, ActionName, Report } from './action.ts'
import { discard } from './discard.ts'
import type { DeadLetterFilter } from './filter.ts'
import { list } from './list.ts'
import { openQueues } from './open-queues.ts'
import { redrive } from './redrive.ts'
import { show } from './show.ts'

const RUN: Record<ActionName, Action> = { list, show, redrive, discard }

interface Options {
  prefix: string
  filter: DeadLetterFilter
  asJson: boolean
  isSure: boolean
}

export async function runAction(name: ActionName, options: Options): Promise<void> {
  if (name === 'discard' && !options.isSure && !process.stdin.isTTY)
    throw new UsageError('discard asks first, which needs a terminal; --yes discards without asking')
  using interruption = watchInterruption()
  const { failure, ...report } = await runOnQueues(name, options, interruption)
  // Only now, for whoever reads this may go away, and nothing must stay hidden then.
  for (const line of report.output) print(line)
  for (const line of report.notes) process.stderr.write(`${line}\n`)
  interruption.throwIfInterrupted()
  if (failure !== undefined) throw new Error(failure)
}

async function runOnQueues(
  name: ActionName,
  options: Options,
  interruption: ReturnType<typeof watchInterruption>,
): Promise<Report> {
  const progress = createProgress(process.stderr)
  try {
    await using queues = await openQueues({ ...options, signal: interruption.signal, progress })
    return await RUN[name]({ ...options, ...interruption, queues, progress })
  } finally {
    progress.clear()
  }
}
