import { forEachConcurrently } from '../../../shared/concurrently.ts'
import { confirm } from '../confirm.ts'
import type { Action, Context } from './action.ts'
import { toTable } from './describe.ts'
import type { Found } from './open-queues.ts'
import { failed, type Outcome, reportOutcomes } from './report.ts'

const PARALLEL_DELETES = 8
const MOST_SHOWN = 50

/** Deletes those that were shown, and only those, once somebody has said yes. */
export const discard: Action = async context => {
  const { queues, asJson, isSure, progress, signal, throwIfInterrupted } = context
  const all = await queues.receiveAll()
  throwIfInterrupted()
  if (all.length > 0 && !isSure && !(await isWanted(all, context))) {
    throwIfInterrupted()
    return { output: [], notes: ['nothing was discarded'] }
  }
  const outcomes: Outcome[] = []
  await forEachConcurrently(all, PARALLEL_DELETES, async found => {
    if (signal.aborted) return
    const outcome = await found.hold.discard(found.letter).then(
      (): Outcome => ({ found, status: 'discarded' }),
      error => failed(found, error),
    )
    outcomes.push(outcome)
    progress.tell(`discarded ${outcomes.length} of ${all.length}`)
  })
  const report = reportOutcomes(outcomes, 'discarded', asJson)
  return { ...report, notes: [...report.notes, ...queues.describeUnseen()] }
}

/** Asks on standard error, which leaves the output to scripts. */
async function isWanted(found: Found[], { progress, signal }: Context): Promise<boolean> {
  const hidden = found.length - MOST_SHOWN
  const lines = [
    ...toTable(found.slice(0, MOST_SHOWN)),
    ...(hidden > 0 ? [`and ${hidden} more, which list shows with the same filters`] : []),
  ]
  progress.clear()
  process.stderr.write(`${lines.join('\n')}\n`)
  return confirm(`Discard ${found.length} for good?`, {
    input: process.stdin,
    output: process.stderr,
    signal,
  })
}
